"""How articles serve, over HTTP. Reading is for all staff."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.core import calls, clock, errors
from bot.core.auth import Staff
from bot.core.http import Db, require
from bot.core.shapes import Storable
from bot.knowledge import service
from bot.knowledge.models import Article, Status
from bot.knowledge.use import figures
from bot.knowledge.use.figures import NEVER, Use
from bot.knowledge.use.schemas import USUAL_DAYS, Days, UsedIn, UseOut, UsesOut

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require())]
ArticleId = Annotated[str, Path(min_length=1, max_length=120), Storable]
FEW = 500
"""Ids in one statement."""


@router.get("/use", **calls.told(UsesOut, by="staff", body=False))
def used(asked: Annotated[UsedIn, Query()], _reader: Reader, db: Db) -> dict[str, Any]:
    """Articles by how they serve: what is shown most, what hurts, what nobody is answered with."""
    with db.snapshot() as session:
        uses = figures.of_all(session, clock.now() - timedelta(days=asked.days))
        found = _unused(session, uses, asked) if asked.order == "unused" else _ranked(session, uses, asked)
        return {"days": asked.days, "items": [_as_wire(article, uses.get(article.id, NEVER)) for article in found]}


@router.get("/articles/{article_id}/use", **calls.told(UseOut, errors.NotFound, by="staff", body=False))
def use(article_id: ArticleId, _reader: Reader, db: Db, days: Annotated[Days, Query()] = USUAL_DAYS) -> dict[str, Any]:
    """How one article served, with what customers said when it did not help."""
    with db.snapshot() as session:
        article = service.access_article(session, article_id)
        uses = figures.of_all(session, clock.now() - timedelta(days=days), article_id=article_id)
        told = _as_wire(article, uses.get(article_id, NEVER))
        return {**told, "days": days, "reasons": figures.reasons(session, article_id)}


def _ranked(session: Session, uses: dict[str, Use], asked: UsedIn) -> list[Article]:
    if asked.order == "hurts":
        ids = sorted((one for one in uses if uses[one].hurt), key=lambda one: (-uses[one].hurt, one))
    else:
        ids = sorted(uses, key=lambda one: (-uses[one].shown, one))
    found: list[Article] = []
    for start in range(0, len(ids), FEW):
        found += _in_order(session, ids[start : start + FEW], asked)
        if len(found) >= asked.limit:
            break
    return found[: asked.limit]


def _in_order(session: Session, ids: list[str], asked: UsedIn) -> Iterable[Article]:
    rows = session.scalars(select(Article).where(Article.id.in_(ids), *_spoken(asked)))
    held = {article.id: article for article in rows}
    return (held[one] for one in ids if one in held)


def _unused(session: Session, uses: dict[str, Use], asked: UsedIn) -> list[Article]:
    """Published before the time that was looked at, and never an answer in it; the oldest first."""
    since = clock.now() - timedelta(days=asked.days)
    standing = (Article.status == Status.PUBLISHED, Article.created_at < since, *_spoken(asked))
    wanted = select(Article).where(*standing).order_by(Article.updated_at, Article.id)
    shown = {one for one, use in uses.items() if use.shown}
    found: list[Article] = []
    for article in session.scalars(wanted.execution_options(yield_per=FEW)):
        if article.id not in shown:
            found.append(article)
        if len(found) == asked.limit:
            break
    return found


def _spoken(asked: UsedIn) -> list[ColumnElement[bool]]:
    return [Article.language == asked.language] if asked.language else []


def _as_wire(article: Article, use: Use) -> dict[str, Any]:
    named = {"article_id": article.id, "question": article.question}
    return {**named, "language": article.language, "status": article.status, **use.as_wire()}
