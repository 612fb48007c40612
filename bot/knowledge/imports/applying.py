"""What was checked becomes articles: all of it in one transaction, or nothing.

The rows are read and made ready before it begins, so that it only writes: ten thousand new articles hold the
database's writer for some tenths of a second, once. Who comes back after a crash finds it done, or does it again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.core import clock, jobs
from bot.core.db import Database
from bot.core.tables import Base
from bot.knowledge import indexing, service
from bot.knowledge.imports import plan, staging
from bot.knowledge.imports.models import Import, ImportRow, Kind, State
from bot.knowledge.imports.staging import Step
from bot.knowledge.models import Article, ArticleVersion, Status
from bot.knowledge.schemas import ArticleIn

CHANGED_SINCE = "Articles of this file have changed since it was checked. It has been checked anew: look again."
Values = dict[str, Any]


class Stale(Exception):
    """Articles are no longer what they were when the file was checked."""


@dataclass
class Ready:
    """What is to be written. `expected`: the version at which each article is to be changed; 0 for a new one."""

    new: list[Values] = field(default_factory=list)
    changed: list[Values] = field(default_factory=list)
    versions: list[Values] = field(default_factory=list)
    expected: dict[str, int] = field(default_factory=dict)
    rewritten: dict[str, str] = field(default_factory=dict)
    """Articles whose words change, with their subjects: translations of them are behind afterwards."""


def apply(db: Database, work: Import) -> Iterator[Step]:
    """Raises Superseded. Where articles changed since the check, the file is to be read again."""
    ready = _ready(db, work)
    many = len(ready.versions)
    yield Step("applying", 0, many)
    try:
        with db.transaction() as session:
            _check_unchanged(session, ready.expected)
            _do_write(session, ready)
            staging.do_note(session, work, state=State.DONE, finished_at=clock.now(), problem=None)
            _do_tell_index(session, work, many)
        work.state = State.DONE
    except (Stale, IntegrityError):
        told = {"sentence": CHANGED_SINCE, "words": {}, "fields": {}}
        with db.transaction() as session:
            staging.do_note(session, work, state=State.READING, problem=told)
        work.state = State.READING
    yield Step("applying", many, many)


def _ready(db: Database, work: Import) -> Ready:
    ready, moment = Ready(), clock.now()
    for rows in staging.to_take(db, work.id, (Kind.NEW, Kind.CHANGED)):
        with db.snapshot() as session:
            there = plan.held(session, [row.article_id or "" for row in rows if row.kind == Kind.CHANGED])
        for row in rows:
            given = ArticleIn.model_validate(row.content)
            if row.kind == Kind.NEW:
                _add_new(ready, work, row, given, moment)
            else:
                _add_changed(ready, work, row, given, moment, there.get(row.article_id or ""))
    return ready


def _add_new(ready: Ready, work: Import, row: ImportRow, given: ArticleIn, moment: datetime) -> None:
    article = Article(
        id=row.article_id,
        version=1,
        subject=given.subject or plan.subject_of(row.article_id or "", given.language),
        status=row.status or (Status.PUBLISHED if work.options.get("publish", True) else Status.DRAFT),
        created_at=moment,
        behind=False,
        **plan.content(given, (*service.WORDS, *service.CARE)),
    )
    ready.new.append(_kept(ready, article, work, moment, expected=0))


def _add_changed(
    ready: Ready, work: Import, row: ImportRow, given: ArticleIn, moment: datetime, article: Article | None
) -> None:
    if article is None or article.version != row.version:
        ready.expected[row.article_id or ""] = row.version or 0
        return
    for name, value in plan.wanted(given).items():
        setattr(article, name, value)
    article.version += 1
    if {*service.TRANSLATED} & {*row.changes}:
        article.behind = False
        ready.rewritten[article.id] = article.subject
    ready.changed.append(_kept(ready, article, work, moment, expected=article.version - 1))


def _kept(ready: Ready, article: Article, work: Import, moment: datetime, *, expected: int) -> Values:
    article.updated_at, article.updated_by = moment, work.by_id
    article.indexed = service.is_in_force(article, moment)
    values = {column.key: getattr(article, column.key) for column in _table(Article).columns}
    names = (*service.WORDS, *service.CARE, "version", "status")
    version = {name: values[name] for name in names}
    ready.versions.append({**version, "article_id": article.id, "at": moment, "by": work.by_id})
    ready.expected[article.id] = expected
    return values


def _check_unchanged(session: Session, expected: dict[str, int]) -> None:
    """Holds the articles until the commit. Raises Stale."""
    ids = sorted(expected)
    found: dict[str, int] = {}
    for some in _sliced(ids):
        held = select(Article.id, Article.version).where(Article.id.in_(some)).order_by(Article.id)
        found |= {row.id: row.version for row in session.execute(held.with_for_update())}
    if any(found.get(article_id, 0) != version for article_id, version in expected.items()):
        raise Stale


def _do_write(session: Session, ready: Ready) -> None:
    connection = session.connection()
    if ready.new:
        connection.execute(insert(_table(Article)), ready.new)
    if ready.changed:
        table = _table(Article)
        names = [column.key for column in table.columns if column.key not in ("id", "created_at")]
        change = (
            update(table).where(table.c.id == bindparam("of")).values({name: bindparam(f"to_{name}") for name in names})
        )
        connection.execute(
            change, [{"of": one["id"], **{f"to_{name}": one[name] for name in names}} for one in ready.changed]
        )
    if ready.versions:
        connection.execute(insert(_table(ArticleVersion)), ready.versions)
    for subjects in _sliced(sorted({*ready.rewritten.values()})):
        others = Article.subject.in_(subjects) & Article.id.not_in(
            [article_id for article_id, subject in ready.rewritten.items() if subject in {*subjects}]
        )
        session.execute(update(Article).where(others).values(behind=True).execution_options(synchronize_session=False))


def _do_tell_index(session: Session, work: Import, many: int) -> None:
    if many:
        jobs.enqueue(session, indexing.INDEX_IMPORT_JOB, {"import_id": work.id, "after": 0}, key=work.id)
        indexing.do_note_import(session, articles=many)


def _table(of: type[Base]) -> Table:
    return cast(Table, of.__table__)


def _sliced(found: Sequence[str]) -> Iterable[Sequence[str]]:
    return (found[start : start + plan.AT_ONCE] for start in range(0, len(found), plan.AT_ONCE))
