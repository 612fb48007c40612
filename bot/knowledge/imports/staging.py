"""What is kept of an import: the file until it is read, then its rows with what each of them would do.

Everything is written in slices, each in a short transaction of its own: customers' acknowledgements wait for no file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from bot.core import clock, errors, jobs
from bot.core.auth import Staff
from bot.core.db import Database
from bot.knowledge.imports.models import STAGED, Import, ImportPart, ImportRow, Kind, State
from bot.knowledge.imports.plan import Verdict

JOB = "import"
PARTS, ROWS = cast(Table, ImportPart.__table__), cast(Table, ImportRow.__table__)
PART_BYTES = 256 * 1024
SLICE = 200
KEPT = timedelta(days=7)
"""A report can be read, and a checked file applied, for so long."""

ARRIVED = timedelta(hours=1)
"""A file whose import has no job by then never came to its end: who sent it was told of no import."""


class Step(NamedTuple):
    """How far it has come: of `of` articles `done`."""

    phase: str
    done: int
    of: int


class Superseded(Exception):
    """Somebody else works on this import by now."""


def keep_file(
    db: Database, data: bytes, *, name: str, form: str, options: dict[str, Any], by: Staff | None, work: bool = True
) -> str:
    """Keep a file to be read; the import's id. `work`: a worker is to read it, not the caller."""
    brought = Import(
        name=name[-200:], bytes=len(data), format=form, options=options, by_id=by.id if by else None,
        created_at=clock.now(), counts={},
    )  # fmt: skip
    with db.transaction() as session:
        session.add(brought)
    for part, start in enumerate(range(0, len(data), PART_BYTES)):
        with db.transaction() as session:
            session.add(ImportPart(import_id=brought.id, part=part, content=data[start : start + PART_BYTES]))
    if work:
        with db.transaction() as session:
            jobs.enqueue(session, JOB, {"import_id": brought.id}, key=brought.id)
    return brought.id


def access(session: Session, import_id: str) -> Import:
    """Raises NotFound."""
    found = session.get(Import, import_id)
    if found is None:
        raise errors.NotFound
    return found


def file_of(db: Database, import_id: str) -> bytes:
    with db.snapshot() as session:
        parts = select(ImportPart.content).where(ImportPart.import_id == import_id).order_by(ImportPart.part)
        return b"".join(session.scalars(parts))


def do_begin(session: Session, import_id: str) -> Import:
    """The import, as of now worked on by the caller alone."""
    found = access(session, import_id)
    session.refresh(found, with_for_update=True)
    found.run += 1
    return found


def do_note(session: Session, work: Import, **values: Any) -> None:
    """Write down how far it has come. Raises Superseded."""
    mine = update(Import).where(Import.id == work.id, Import.run == work.run).values(**values).returning(Import.id)
    if session.execute(mine.execution_options(synchronize_session=False)).first() is None:
        raise Superseded(work.id)


def keep_verdicts(db: Database, work: Import, verdicts: Sequence[Verdict], *, after: int, counts: Counter[str]) -> None:
    """Add rows to the report. Raises Superseded."""
    rows = [_row(work.id, after + place, one) for place, one in enumerate(verdicts, start=1)]
    counts.update(one.kind.value for one in verdicts)
    with db.transaction() as session:
        do_note(session, work, done=after + len(rows), counts=dict(counts))
        session.execute(insert(ImportRow), rows)


def refuse(db: Database, work: Import, why: errors.FirebreakError) -> None:
    """Nothing of it is taken. Raises Superseded."""
    words = {name: value if isinstance(value, int) else str(value) for name, value in why.words.items()}
    told = {"sentence": why.template, "words": words}
    with db.transaction() as session:
        do_note(
            session, work, state=State.REFUSED, problem={**told, "fields": why.fields or {}}, finished_at=clock.now()
        )


def drop_file(db: Database, import_id: str) -> None:
    """It has been read."""
    _delete_slices(db, PARTS, PARTS.c.part, import_id, at_once=8)


def drop_rows(db: Database, import_id: str) -> None:
    _delete_slices(db, ROWS, ROWS.c.position, import_id, at_once=SLICE)


def drop_articles(db: Database, import_id: str) -> None:
    _delete_slices(db, STAGED, STAGED.c.id, import_id, at_once=SLICE)


def drop_old(db: Database) -> None:
    """Forget imports that nobody has done anything with for a while, and files that broke off while they arrived."""
    moment = clock.now()
    old = (Import.created_at < moment - KEPT) & (Import.state != State.APPLYING)
    has_job = exists().where(jobs.Job.kind == JOB, jobs.Job.key == Import.id)
    broken_off = (Import.created_at < moment - ARRIVED) & (Import.run == 0) & ~has_job
    with db.snapshot() as session:
        ids = list(session.scalars(select(Import.id).where(old | broken_off)))
    for import_id in ids:
        drop_file(db, import_id)
        drop_rows(db, import_id)
        drop_articles(db, import_id)
        with db.transaction() as session:
            session.execute(delete(Import).where(Import.id == import_id))


def to_take(db: Database, import_id: str, kinds: Sequence[Kind]) -> Iterator[list[ImportRow]]:
    """The rows of these kinds, in slices."""
    after = 0
    while True:
        with db.snapshot() as session:
            wanted = select(ImportRow).where(
                ImportRow.import_id == import_id, ImportRow.kind.in_(kinds), ImportRow.position > after
            )
            found = list(session.scalars(wanted.order_by(ImportRow.position).limit(5 * SLICE)))
        if not found:
            return
        yield found
        after = found[-1].position


def _delete_slices(db: Database, table: Table, place: ColumnElement[Any], import_id: str, *, at_once: int) -> None:
    mine = table.c.import_id == import_id
    while True:
        with db.snapshot() as session:
            some = select(place).where(mine).order_by(place).limit(at_once)
            last = session.scalar(select(func.max(some.subquery().c[0])))
        if last is None:
            return
        with db.transaction() as session:
            session.execute(delete(table).where(mine, place <= last))


def _row(import_id: str, position: int, verdict: Verdict) -> dict[str, Any]:
    checked = verdict.checked
    return {
        "import_id": import_id,
        "position": position,
        "number": checked.row.number,
        "place": checked.row.place,
        "kind": verdict.kind,
        "question": checked.question,
        "language": checked.given.language if checked.given else None,
        "article_id": verdict.article_id,
        "version": verdict.version,
        "status": checked.status,
        "changes": list(verdict.changes),
        "problems": list(verdict.problems),
        "content": checked.content() | ({"subject": verdict.subject} if verdict.subject else {}),
    }
