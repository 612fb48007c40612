"""Articles, versions and drafts as the wire carries them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import clock
from bot.core.auth import Staff
from bot.knowledge.models import Article, ArticleDraft, ArticleVersion
from bot.knowledge.service import is_in_force

Wire = dict[str, Any]


def article(session: Session, found: Article) -> Wire:
    return articles(session, [found])[0]


def articles(session: Session, found: Sequence[Article]) -> list[Wire]:
    """Several at the price of one: whoever changed them and their translations are read together."""
    moment = clock.now()
    names = names_of(session, (one.updated_by for one in found))
    groups = _groups(session, {one.subject for one in found})
    return [
        {
            **_content(one),
            "id": one.id,
            "subject": one.subject,
            "created_at": clock.iso(one.created_at),
            "updated_at": clock.iso(one.updated_at),
            "updated_by": names.get(one.updated_by or ""),
            "stale": is_stale(one, moment),
            "in_force": is_in_force(one, moment),
            "behind": one.behind,
            "from_ticket": one.from_ticket,
            "broken_links": one.broken_links or [],
            "translations": [_translation(other) for other in groups[one.subject] if other.id != one.id],
        }
        for one in found
    ]


def article_with_drafts(session: Session, found: Article) -> Wire:
    """Also who has unsaved words on it, so that two editors know of each other."""
    drafts = session.execute(
        select(ArticleDraft, Staff)
        .join(Staff, Staff.id == ArticleDraft.staff_id)
        .where(ArticleDraft.article_id == found.id)
        .order_by(ArticleDraft.at.desc())
    )
    marks = [{"by": by(staff), "at": clock.iso(one.at), "based_on": one.based_on} for one, staff in drafts]
    return {**article(session, found), "drafts": marks}


def versions(session: Session, found: Sequence[ArticleVersion]) -> list[Wire]:
    names = names_of(session, (one.by for one in found))
    return [{**_content(one), "at": clock.iso(one.at), "by": names.get(one.by or "")} for one in found]


def draft(found: ArticleDraft) -> Wire:
    return {
        "key": found.key,
        "article_id": found.article_id,
        "based_on": found.based_on,
        "content": found.content,
        "at": clock.iso(found.at),
    }


def is_stale(found: Article, moment: datetime) -> bool:
    """Past the day by which it was to be looked at, or past its end."""
    return any(day is not None and day <= moment for day in (found.review_by, found.valid_until))


def names_of(session: Session, ids: Iterable[str | None]) -> dict[str, Wire]:
    wanted = {one for one in ids if one}
    staff = session.scalars(select(Staff).where(Staff.id.in_(wanted))) if wanted else ()
    return {one.id: by(one) for one in staff}


def by(staff: Staff) -> Wire:
    return {"id": staff.id, "name": staff.name}


def _content(found: Article | ArticleVersion) -> Wire:
    return {
        "version": found.version,
        "language": found.language,
        "kind": found.kind,
        "question": found.question,
        "variants": found.variants,
        "answer": found.answer,
        "tags": found.tags,
        "audience": found.audience,
        "status": found.status,
        "category": found.category,
        "team": found.team,
        **{name: _iso(getattr(found, name)) for name in ("valid_from", "valid_until", "review_by")},
        "steps": found.steps,
    }


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None


def _groups(session: Session, subjects: set[str]) -> dict[str, list[Any]]:
    of = select(Article.id, Article.subject, Article.language, Article.status, Article.behind)
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in session.execute(of.where(Article.subject.in_(subjects)).order_by(Article.language)):
        groups[row.subject].append(row)
    return groups


def _translation(row: Any) -> Wire:
    return {"id": row.id, "language": row.language, "status": row.status, "behind": row.behind}
