"""The articles of an import on their way to the index: many a call, found by their words as soon as they are there."""

import asyncio
from typing import Any

from sqlalchemy import select

from bot.core import jobs
from bot.core.db import Database
from bot.knowledge import indexing, service
from bot.knowledge.imports.models import ImportRow, Kind
from bot.knowledge.models import Article
from knowledge_index.client import KnowledgeClient

AT_ONCE = 200
A_RUN = 2_000
"""So many, then the next job goes on: other articles that are published meanwhile do not wait for all of these."""


async def bring_in(db: Database, client: KnowledgeClient, payload: dict[str, Any]) -> None:
    """Job handler. Each call may be repeated: the index keeps the newest version."""
    after = payload["after"]
    for _ in range(A_RUN // AT_ONCE):
        found = await asyncio.to_thread(_next, db, payload["import_id"], after)
        if not found:
            return
        await client.put_articles([service.for_index(article) for _, article in found if article.indexed])
        for _, article in found:
            if not article.indexed:
                await client.delete_article(article.id, version=article.version)
        after = found[-1][0]
    await asyncio.to_thread(_go_on, db, {**payload, "after": after})


def _next(db: Database, import_id: str, after: int) -> list[tuple[int, Article]]:
    """The next articles that the import wrote, with their places in it, as they are now."""
    written = (ImportRow.import_id == import_id) & ImportRow.kind.in_((Kind.NEW, Kind.CHANGED))
    wanted = select(ImportRow.position, Article).join(Article, Article.id == ImportRow.article_id)
    with db.snapshot() as session:
        found = session.execute(
            wanted.where(written, ImportRow.position > after).order_by(ImportRow.position).limit(AT_ONCE)
        )
        return [(position, article) for position, article in found]


def _go_on(db: Database, payload: dict[str, Any]) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, indexing.INDEX_IMPORT_JOB, payload, key=payload["import_id"])
