"""An import from its file to its end. Each stretch may be cut off anywhere and begun again by whoever comes next.

Reading starts over: what an earlier run had staged is thrown away. Applying is one transaction, done or not.
"""

import logging
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

from bot.core import clock
from bot.core.db import Database
from bot.knowledge.imports import applying, plan, reading, rows, staging
from bot.knowledge.imports.formats import registry
from bot.knowledge.imports.formats.base import MOST_ROWS, Unreadable
from bot.knowledge.imports.models import Import, Kind, State
from bot.knowledge.imports.rows import Checked
from bot.knowledge.imports.staging import Step

MOST_RUNS = 5
"""A file that ended the process so often while it was read is not read again."""
log = logging.getLogger(__name__)


def run_through(db: Database, import_id: str) -> None:
    """Job handler. May be repeated: what is finished stays so."""
    for _ in run(db, import_id):
        pass


def run(db: Database, import_id: str) -> Generator[Step]:
    """Bring the import as far as it can go by itself. Raises nothing for a bad file: that is noted with it."""
    with db.transaction() as session:
        work = staging.do_begin(session, import_id)
    try:
        yield from _advance(db, work)
    except staging.Superseded:
        log.info("an import was taken over", extra={"import_id": import_id})
        return
    except Unreadable as why:
        staging.refuse(db, work, why)
        work.state = State.REFUSED
    if work.state in (State.DONE, State.REFUSED):
        staging.drop_file(db, import_id)
        staging.drop_articles(db, import_id)
        staging.drop_old(db)


def _advance(db: Database, work: Import) -> Iterator[Step]:
    """Read, and apply; again where articles changed in between. While they go on changing, an editor is to decide."""
    for attempt in range(MOST_RUNS):
        if work.state == State.READING:
            yield from _read(db, work, then=State.APPLYING if attempt + 1 < MOST_RUNS else State.CHECKED)
        if work.state == State.APPLYING:
            yield from applying.apply(db, work)
        if work.state != State.READING:
            return


def _read(db: Database, work: Import, *, then: State) -> Iterator[Step]:
    """Raises Unreadable."""
    if work.run > MOST_RUNS:
        raise Unreadable("This file could not be read to its end; reading it was given up.")
    staging.drop_rows(db, work.id)
    checked = _checked(db, work)
    with db.transaction() as session:
        staging.do_note(session, work, rows=len(checked), done=0, counts={})
    counts = Counter({kind.value: 0 for kind in Kind})
    with db.snapshot() as session:
        begun = plan.begun(session, checked, take_duplicates=bool(work.options.get("duplicates")))
    for start in range(0, len(checked), staging.SLICE):
        with db.snapshot() as session:
            verdicts = begun.judged(session, checked[start : start + staging.SLICE])
        staging.keep_verdicts(db, work, verdicts, after=start, counts=counts)
        yield Step("checking", start + len(verdicts), len(checked))
    _end_reading(db, work, counts, State.CHECKED if work.options.get("dry_run") else then)


def _checked(db: Database, work: Import) -> list[Checked]:
    """Every row of the file. Raises Unreadable."""
    form = registry.named(work.format or "")
    language = work.options.get("language")
    found: list[Checked] = []
    for row in reading.rows(form, staging.file_of(db, work.id), work.name):
        if len(found) == MOST_ROWS:
            raise Unreadable("A file has at most {most} articles.", words={"most": MOST_ROWS})
        found.append(rows.checked(row, language=language))
    if not found:
        raise Unreadable("There is no article in this file.")
    return found


def _end_reading(db: Database, work: Import, counts: Counter[str], then: State) -> None:
    """To be looked at, to be applied, or refused for a wrong row."""
    values: dict[str, Any] = {"state": then}
    if counts[Kind.WRONG] and values["state"] == State.APPLYING and not work.options.get("skip_wrong"):
        words = {"wrong": str(counts[Kind.WRONG])}
        problem = {"sentence": "Nothing was imported. Wrong rows: {wrong}.", "words": words, "fields": {}}
        values = {"state": State.REFUSED, "problem": problem, "finished_at": clock.now()}
    with db.transaction() as session:
        staging.do_note(session, work, **values)
    work.state, work.counts = values["state"], dict(counts)
