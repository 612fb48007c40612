"""Links of articles in force are looked at again by time, a few at a time: a page that went away is told of."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from bot.core import clock, jobs, rich
from bot.core.db import Database
from bot.knowledge import link_checks, links
from bot.knowledge.links import Network, Verdict
from bot.knowledge.models import Article

JOB = "check_links"
SLICE = 25
BUSY_SECONDS = 30.0
"""Then the next job goes on: with the slice that is under way it ends before its lease does."""
NOT_NOW = timedelta(minutes=30)
"""Until what there was no time for is looked at, or what a process left that ended."""
BROKEN_AGAIN = timedelta(hours=12)
"""A site that was away for an hour does not stand as broken for a week."""


@dataclass(frozen=True)
class Due:
    """An article whose links are to be looked at, as it is now. `before`: those that led nowhere the last time."""

    article_id: str
    version: int
    urls: Sequence[str]
    before: Sequence[str]


def follow(db: Database) -> None:
    """Have links looked at where some are due. Cheap while there is nothing to do."""
    with db.snapshot() as session:
        if session.scalar(select(Article.id).where(_due(clock.now())).limit(1)) is None:
            return
    with db.transaction() as session:
        if not jobs.under_way(session, JOB):
            jobs.enqueue(session, JOB, {}, key=JOB)


async def look(db: Database, *, days: int, allowed: Sequence[Network] = ()) -> None:
    """Job handler: look at all that is due, or as much as there is time for. Of several at once each has its own.

    The links of an article are looked at when it has changed, then every `days`; broken ones after BROKEN_AGAIN.
    """
    until = time.monotonic() + BUSY_SECONDS
    while (due := await asyncio.to_thread(_take, db)) is not None:
        urls = list(dict.fromkeys(url for one in due for url in one.urls))
        found = await asyncio.to_thread(link_checks.known, db, urls)
        found |= await links.check([url for url in urls if url not in found], allowed=allowed)
        await asyncio.to_thread(_keep, db, due, found, timedelta(days=days))
        if time.monotonic() > until:
            return


def _due(moment: datetime) -> ColumnElement[bool]:
    return Article.indexed & (Article.links_due_at <= moment)


def _take(db: Database) -> list[Due] | None:
    """What nobody else looks at before NOT_NOW is over; None where nothing is due. What has no links is done with."""
    moment = clock.now()
    with db.snapshot() as session:
        first = select(Article).where(_due(moment)).order_by(Article.links_due_at).limit(SLICE)
        articles = session.scalars(first).all()
    if not articles:
        return None
    found = [Due(one.id, one.version, _links_of(one), one.broken_links or ()) for one in articles]
    linked = [one.article_id for one in found if one.urls]
    plain = [one.article_id for one in found if not one.urls]
    with db.transaction() as session:
        take = update(Article).where(_due(moment)).execution_options(synchronize_session=False)
        session.execute(take.where(Article.id.in_(plain)).values(links_due_at=None, broken_links=None))
        mine = take.where(Article.id.in_(linked)).values(links_due_at=moment + NOT_NOW).returning(Article.id)
        taken = set(session.scalars(mine))
    return [one for one in found if one.article_id in taken]


def _links_of(article: Article) -> list[str]:
    return rich.links(rich.tree_of(article.answer))


def _keep(db: Database, due: Sequence[Due], found: dict[str, Verdict], every: timedelta) -> None:
    """What has been changed meanwhile is due anew, and is left alone."""
    moment = clock.now()
    with db.transaction() as session:
        for one in due:
            verdicts = {url: found[url] for url in one.urls}
            same = update(Article).where(Article.id == one.article_id, Article.version == one.version)
            values = {"broken_links": _broken(one, verdicts) or None, "links_due_at": moment + _rest(verdicts, every)}
            session.execute(same.values(**values).execution_options(synchronize_session=False))


def _broken(one: Due, verdicts: dict[str, Verdict]) -> list[str]:
    return [url for url, verdict in verdicts.items() if _is_broken(verdict, before=url in one.before)]


def _is_broken(verdict: Verdict, *, before: bool) -> bool:
    return before if verdict.reason == "no_time" else verdict.state == "broken"


def _rest(verdicts: dict[str, Verdict], every: timedelta) -> timedelta:
    if any(verdict.reason == "no_time" for verdict in verdicts.values()):
        return NOT_NOW
    return min(every, BROKEN_AGAIN) if any(verdict.state == "broken" for verdict in verdicts.values()) else every
