"""What an editor should look at again: articles past their day, and those whose day is near."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from bot.core import clock
from bot.knowledge import views
from bot.knowledge.models import Article, Status

SOON = timedelta(days=14)
MOST = 500


def due(session: Session) -> list[dict[str, Any]]:
    """The longest overdue first: each article with `due_at`, and whether that is its review or its end."""
    horizon = clock.now() + SOON
    near = or_(Article.review_by <= horizon, Article.valid_until <= horizon)
    wanted = select(Article).where(near, Article.status != Status.ARCHIVED)
    found = list(session.scalars(wanted.order_by(_day(), Article.id).limit(MOST)))
    return [{**wire, **_reminder(article)} for article, wire in zip(found, views.articles(session, found), strict=True)]


def _day() -> ColumnElement[datetime | None]:
    """The earlier of the two."""
    ends_first = and_(
        Article.valid_until.is_not(None),
        or_(Article.review_by.is_(None), Article.valid_until <= Article.review_by),
    )
    return case((ends_first, Article.valid_until), else_=Article.review_by)


def _reminder(article: Article) -> dict[str, Any]:
    days = {"end": article.valid_until, "review": article.review_by}
    what, day = min(((what, day) for what, day in days.items() if day is not None), key=lambda pair: pair[1])
    return {"due": what, "due_at": clock.iso(day)}
