"""Keeping the knowledge service's index equal to the published articles: one by one, and as a whole."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.core import clock, jobs
from bot.core.db import Database
from bot.knowledge import service
from bot.knowledge.models import Article
from knowledge_index.client import KnowledgeClient

INDEX_IMPORT_JOB = "index_import"
CALIBRATE_JOB = "calibrate"
CALIBRATE_SECONDS = 50.0
"""Below a job's lease."""
PUT_WITHIN_SECONDS = 15.0
"""One article has arrived by then, or whoever was to bring it has died: nobody waits for the lease."""
LARGE_IMPORT = 50
ARRIVED_AFTER = timedelta(seconds=10)
log = logging.getLogger(__name__)


async def index_article(db: Database, client: KnowledgeClient, payload: dict[str, Any]) -> None:
    """Job handler: bring one article's present state into the index. Safe to repeat and to reorder."""
    wanted, version = await asyncio.to_thread(_wanted, db, payload["article_id"])
    if wanted is not None:
        await client.put_article(wanted)
    elif version:
        await client.delete_article(payload["article_id"], version=version)


def do_note_import(session: Session, *, articles: int) -> None:
    """After a large import the decision to answer is fitted anew, once its articles have arrived in the index."""
    if articles >= LARGE_IMPORT:
        jobs.enqueue(session, CALIBRATE_JOB, {}, run_at=clock.now() + ARRIVED_AFTER, key=CALIBRATE_JOB)


async def calibrate(db: Database, client: KnowledgeClient) -> None:
    """Job handler: fit the decision to what the index holds; later, while articles or vectors are on their way."""
    if await asyncio.to_thread(_on_their_way, db) or (await client.health()).get("without_vectors"):
        await asyncio.to_thread(_look_again, db)
        return
    found = await client.calibrate(timeout=CALIBRATE_SECONDS)
    log.info("decision calibrated", extra={"languages": [one["language"] for one in found if one["fitted"]]})


def _look_again(db: Database) -> None:
    with db.transaction() as session:
        do_note_import(session, articles=LARGE_IMPORT)


async def make_equal(db: Database, client: KnowledgeClient) -> bool:
    """Replace the index when it holds something else than the published articles. Returns whether it can answer now.

    It can when it is equal, and also while it holds most of them: one article on its way, or refused, is no reason
    to say nothing. While single articles are about to arrive by jobs it is left alone: they cost less.
    """
    health = await client.health()
    if health["state"] != "ready":
        return False
    usable = bool(health["articles"])
    if await is_equal(db, health["digest"]):
        return True
    if health.get("rebuilding") or await asyncio.to_thread(_on_their_way, db):
        return usable
    articles = await asyncio.to_thread(_published, db)
    await client.replace(articles, if_digest=health["digest"])
    log.info("index rebuilt", extra={"articles": len(articles)})
    return True


async def is_equal(db: Database, held: str) -> bool:
    """Whether `held`, the service's digest, is that of the published articles."""
    return held == await asyncio.to_thread(_digest, db)


def _on_their_way(db: Database) -> bool:
    with db.snapshot() as session:
        single = jobs.under_way(session, service.INDEX_JOB, longest=PUT_WITHIN_SECONDS)
        return bool(single or jobs.under_way(session, INDEX_IMPORT_JOB))


def _wanted(db: Database, article_id: str) -> tuple[dict[str, Any] | None, int]:
    with db.snapshot() as session:
        article = session.get(Article, article_id)
        if article is None:
            return None, 0
        if article.indexed:
            return service.for_index(article), article.version
        return None, article.version - service.waits_for_its_day(article, clock.now())


def _published(db: Database) -> list[dict[str, Any]]:
    with db.snapshot() as session:
        return [service.for_index(article) for article in service.published(session)]


def _digest(db: Database) -> str:
    with db.snapshot() as session:
        return service.digest(session)
