"""An import that is broken off anywhere leaves nothing behind, and is whole when somebody goes on with it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.core import clock
from bot.core.db import Database
from bot.core.jobs import Job
from bot.knowledge import indexing, service
from bot.knowledge.imports import applying, staging, work
from bot.knowledge.imports.models import STAGED, Import, ImportPart, ImportRow, State
from bot.knowledge.models import Article, ArticleVersion, Status

ROWS = 450
"""More than two slices."""


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def brought(db: Database, *, rows: int = ROWS, answer: str = "So.", work: bool = False) -> str:
    lines = "".join(f"a{number}.en,Why is it a zorb{number}?,{answer}\n" for number in range(rows))
    data = f"id,question,answer\n{lines}".encode()
    options = {"language": "en", "publish": True}
    return staging.keep_file(db, data, name="a.csv", form="csv", options=options, by=None, work=work)


def many(db: Database, what: object) -> int:
    with db.snapshot() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0  # type: ignore[arg-type]


def state(db: Database, import_id: str) -> str:
    with db.snapshot() as session:
        return staging.access(session, import_id).state


def test_wherever_it_is_broken_off_there_is_all_or_nothing(db: Database) -> None:
    import_id = brought(db)
    steps = 1
    while state(db, import_id) != State.DONE:
        assert many(db, Article) == 0
        running = work.run(db, import_id)
        for _ in zip(range(steps), running, strict=False):
            pass
        running.close()
        steps += 1
    assert steps > 4
    assert many(db, Article) == many(db, ArticleVersion) == ROWS
    work.run_through(db, import_id)
    assert many(db, Article) == ROWS
    assert (many(db, STAGED), many(db, ImportPart), many(db, ImportRow)) == (0, 0, ROWS)
    with db.snapshot() as session:
        assert session.scalars(select(Job.kind)).all().count(indexing.INDEX_IMPORT_JOB) == 1


def test_who_was_taken_for_dead_changes_nothing_more(db: Database) -> None:
    import_id = brought(db)
    slow = work.run(db, import_id)
    next(slow)
    work.run_through(db, import_id)
    assert list(slow) == []
    assert many(db, Article) == many(db, ImportRow) == ROWS


def test_a_file_that_ends_the_process_again_and_again_is_given_up(db: Database) -> None:
    import_id = brought(db)
    for _ in range(work.MOST_RUNS):
        running = work.run(db, import_id)
        next(running)
        running.close()
    work.run_through(db, import_id)
    assert state(db, import_id) == State.REFUSED
    assert many(db, Article) == 0


def test_old_imports_are_forgotten(db: Database) -> None:
    old = brought(db)
    with clock.travel(staging.KEPT + timedelta(minutes=1)):
        work.run_through(db, brought(db))
    with db.snapshot() as session:
        assert session.get(Import, old) is None
    assert many(db, ImportPart) == 0


def test_a_file_that_broke_off_while_it_arrived_is_forgotten_and_one_that_waits_is_not(db: Database) -> None:
    broken_off, waits = brought(db, rows=1), brought(db, rows=2, work=True)
    with clock.travel(staging.ARRIVED + timedelta(minutes=1)):
        work.run_through(db, brought(db, rows=3))
    with db.snapshot() as session:
        assert session.get(Import, broken_off) is None
        assert session.get(Import, waits) is not None


def changed(db: Database, article_id: str) -> None:
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        taken_back = Status.PUBLISHED if article.status == Status.UNPUBLISHED else Status.UNPUBLISHED
        service.do_set_status(session, article=article, status=taken_back, by=None)


def test_while_its_articles_go_on_changing_an_editor_is_to_decide(db: Database) -> None:
    work.run_through(db, brought(db, rows=3))
    import_id = brought(db, rows=3, answer="So it is.")
    for step in work.run(db, import_id):
        if step.phase == "applying":
            changed(db, "a1.en")
    with db.snapshot() as session:
        found = staging.access(session, import_id)
        assert (found.state, found.problem["sentence"]) == (State.CHECKED, applying.CHANGED_SINCE)  # type: ignore[index]
        assert {article.answer for article in session.scalars(select(Article))} == {"So."}
    with db.transaction() as session:
        staging.do_begin(session, import_id).state = State.APPLYING
    work.run_through(db, import_id)
    assert state(db, import_id) == State.DONE
    assert many(db, STAGED) == 0
