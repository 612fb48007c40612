"""Articles come into force and go out of it by their dates: a timer notices, the index is told as of any change."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from bot.core import clock, jobs
from bot.core.db import Database
from bot.knowledge import service
from bot.knowledge.models import Article


def follow(db: Database) -> int:
    """Bring `indexed` up to date; how many articles that changed. Cheap while there is nothing to do.

    Of several processes each finds its own, and what an editor changes meanwhile is theirs: the condition is in the
    statement that writes.
    """
    come, gone = _come(moment := clock.now()), _gone(moment)
    with db.snapshot() as session:
        if session.scalar(select(Article.id).where(come).union_all(select(Article.id).where(gone)).limit(1)) is None:
            return 0
    with db.transaction() as session:
        return _do_turn(session, come, indexed=True) + _do_turn(session, gone, indexed=False)


def _come(moment: datetime) -> ColumnElement[bool]:
    return and_(Article.valid_from <= moment, ~Article.indexed, service.in_force(moment))


def _gone(moment: datetime) -> ColumnElement[bool]:
    return and_(Article.valid_until <= moment, Article.indexed)


def _do_turn(session: Session, turned: ColumnElement[bool], *, indexed: bool) -> int:
    turn = update(Article).where(turned).values(indexed=indexed).returning(Article.id)
    ids = session.scalars(turn.execution_options(synchronize_session=False)).all()
    for article_id in ids:
        jobs.enqueue(session, service.INDEX_JOB, {"article_id": article_id}, key=article_id)
    return len(ids)
