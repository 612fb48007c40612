"""What was checked becomes articles: all of it in one transaction, or nothing.

Articles are made ready beside the real ones, in slices; the transaction then copies rows within the database, so that
it holds the writer as shortly as it can. Who comes back after a crash finds it done, or begins again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.core import clock, jobs
from bot.core.db import Database
from bot.knowledge import indexing, service
from bot.knowledge.imports import plan, staging
from bot.knowledge.imports.models import ARTICLES, BROUGHT, STAGED, Import, ImportRow, Kind, State
from bot.knowledge.imports.staging import Step
from bot.knowledge.models import Article, ArticleVersion, Status
from bot.knowledge.schemas import ArticleIn

CHANGED_SINCE = "Articles of this file have changed since it was checked. It has been checked anew: look again."
VERSIONS = cast(Table, ArticleVersion.__table__)
KEPT_IN_VERSIONS = (*service.WORDS, *service.CARE, "version", "status")
Values = dict[str, Any]


class Stale(Exception):
    """Articles are no longer what they were when the file was checked."""


def apply(db: Database, work: Import) -> Iterator[Step]:
    """Raises Superseded. Where articles changed since the check, the file is to be read again."""
    of = work.counts[Kind.NEW] + work.counts[Kind.CHANGED]
    staging.drop_articles(db, work.id)
    try:
        for done in _make_ready(db, work):
            yield Step("applying", done, of)
        with db.transaction() as session:
            _do_switch(session, work.id, expected=of)
            staging.do_note(session, work, state=State.DONE, finished_at=clock.now(), problem=None)
            _do_tell_index(session, work, of)
        work.state = State.DONE
    except (Stale, IntegrityError):
        told = {"sentence": CHANGED_SINCE, "words": {}, "fields": {}}
        with db.transaction() as session:
            staging.do_note(session, work, state=State.READING, problem=told)
        work.state = State.READING
    staging.drop_articles(db, work.id)


def _make_ready(db: Database, work: Import) -> Iterator[int]:
    """Raises Stale where an article is another version than the one that the row goes on from."""
    moment, done = clock.now(), 0
    for rows in staging.to_take(db, work.id, (Kind.NEW, Kind.CHANGED)):
        with db.snapshot() as session:
            there = plan.held(session, [row.article_id or "" for row in rows if row.kind == Kind.CHANGED])
        values = [_staged(work, row, there.get(row.article_id or ""), moment) for row in rows]
        for start in range(0, len(values), staging.SLICE):
            with db.transaction() as session:
                session.connection().execute(insert(STAGED), values[start : start + staging.SLICE])
        done += len(values)
        yield done


def _staged(work: Import, row: ImportRow, article: Article | None, moment: datetime) -> Values:
    given = ArticleIn.model_validate(row.content)
    if row.kind == Kind.NEW:
        article = _new(work, row, given, moment)
    elif article is None or article.version != row.version:
        raise Stale
    else:
        for name, value in plan.wanted(given).items():
            setattr(article, name, value)
        article.version += 1
    is_rewritten = row.kind == Kind.CHANGED and bool({*service.TRANSLATED} & {*row.changes})
    article.behind = article.behind and not is_rewritten
    article.updated_at, article.updated_by = moment, work.by_id
    article.indexed = service.is_in_force(article, moment)
    values = {name: getattr(article, name) for name in BROUGHT}
    return {**values, "import_id": work.id, "is_new": row.kind == Kind.NEW, "is_rewritten": is_rewritten}


def _new(work: Import, row: ImportRow, given: ArticleIn, moment: datetime) -> Article:
    return Article(
        id=row.article_id,
        version=1,
        subject=given.subject,
        status=row.status or (Status.PUBLISHED if work.options.get("publish", True) else Status.DRAFT),
        created_at=moment,
        behind=False,
        **plan.content(given, (*service.WORDS, *service.CARE)),
    )


def _do_switch(session: Session, import_id: str, *, expected: int) -> None:
    """Raises Stale, or IntegrityError for a new article that somebody else has made meanwhile."""
    staged = STAGED.c.import_id == import_id
    connection = session.connection(execution_options={"preserve_rowcount": True})
    goes_on = and_(staged, ~STAGED.c.is_new, ARTICLES.c.id == STAGED.c.id, ARTICLES.c.version == STAGED.c.version - 1)
    content = {name: STAGED.c[name] for name in BROUGHT if name != "id"}
    changed = update(ARTICLES).where(goes_on).values({**content, "links_due_at": STAGED.c.updated_at})
    written = connection.execute(changed).rowcount
    new = select(*(STAGED.c[name] for name in BROUGHT), STAGED.c.updated_at).where(staged, STAGED.c.is_new)
    written += connection.execute(insert(ARTICLES).from_select((*BROUGHT, "links_due_at"), new)).rowcount
    if written != expected:
        raise Stale
    kept = select(*(STAGED.c[name] for name in KEPT_IN_VERSIONS), STAGED.c.id, STAGED.c.updated_at, STAGED.c.updated_by)
    connection.execute(insert(VERSIONS).from_select([*KEPT_IN_VERSIONS, "article_id", "at", "by"], kept.where(staged)))
    _do_mark_translations(session, staged)


def _do_mark_translations(session: Session, staged: ColumnElement[bool]) -> None:
    """Of what got other words, the translations that did not are behind."""
    rewritten = and_(staged, STAGED.c.is_rewritten)
    subjects = select(STAGED.c.subject).where(rewritten)
    themselves = select(STAGED.c.id).where(rewritten)
    others = and_(ARTICLES.c.subject.in_(subjects), ARTICLES.c.id.not_in(themselves))
    session.connection().execute(update(ARTICLES).where(others).values(behind=True))


def _do_tell_index(session: Session, work: Import, many: int) -> None:
    if many:
        jobs.enqueue(session, indexing.INDEX_IMPORT_JOB, {"import_id": work.id, "after": 0}, key=work.id)
        indexing.do_note_import(session, articles=many)
