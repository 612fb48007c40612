"""The outbox: written with the fact, claimed once, retried with back-off, visible when it gives up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot import migrations
from bot.core import clock, jobs
from bot.core.db import Database


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    migrations.upgrade(database_url)
    database = Database(database_url)
    yield database
    database.close()


def _claim(db: Database) -> list[jobs.Job]:
    with db.transaction() as session:
        return jobs.claim(session)


def _enqueue(db: Database, payload: dict[str, Any]) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, "index", payload, key="a")


def test_a_job_of_a_transaction_that_failed_was_never_there(db: Database) -> None:
    def enqueue_and_fail() -> None:
        with db.transaction() as session:
            jobs.enqueue(session, "mail", {"to": "ada"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert _claim(db) == []


def test_a_claimed_job_is_not_claimed_again_until_its_lease_ends(db: Database) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, "mail", {"to": "ada"})
    assert len(_claim(db)) == 1
    assert _claim(db) == []
    with clock.travel(timedelta(seconds=jobs.LEASE_SECONDS + 1)):
        assert [job.attempts for job in _claim(db)] == [2]


def _prolong(db: Database, job: jobs.Job) -> None:
    with db.transaction() as session:
        jobs.prolong(session, job)


def test_a_long_job_is_held_on_to_by_whoever_has_it(db: Database) -> None:
    _enqueue(db, {})
    (first,) = _claim(db)
    with clock.travel(timedelta(seconds=jobs.LEASE_SECONDS - 1)):
        _prolong(db, first)
    with clock.travel(timedelta(seconds=2 * jobs.LEASE_SECONDS - 2)):
        assert _claim(db) == []
    with clock.travel(timedelta(seconds=2 * jobs.LEASE_SECONDS)):
        assert len(_claim(db)) == 1
        _prolong(db, first)
    with clock.travel(timedelta(seconds=3 * jobs.LEASE_SECONDS + 1)):
        assert len(_claim(db)) == 1


def test_a_second_job_of_the_same_key_replaces_the_waiting_one(db: Database) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, "index", {"version": 1}, key="a")
        jobs.enqueue(session, "index", {"version": 2}, key="a")
    assert [job.payload for job in _claim(db)] == [{"version": 2}]


def test_what_is_written_while_a_worker_takes_the_job_is_not_lost(db: Database) -> None:
    for version in range(1, 6):
        with db.transaction() as session:
            jobs.enqueue(session, "index", {"version": version}, key="a")
        with ThreadPoolExecutor(2) as pool:
            taken = pool.submit(_claim, db)
            pool.submit(_enqueue, db, {"version": version * 10}).result(30)
        seen = [job.payload["version"] for job in [*taken.result(30), *_claim(db)]]
        assert seen[-1] == version * 10


def test_a_failing_job_comes_back_later_each_time_and_then_stays_visible(db: Database) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, "mail", {})
    later = timedelta(0)
    for attempt in range(1, len(jobs.BACKOFF_SECONDS) + 2):
        with clock.travel(later):
            (job,) = _claim(db)
            assert job.attempts == attempt
            with db.transaction() as session:
                jobs.fail(session, job, RuntimeError("the text of an error may hold a customer's words"))
            assert _claim(db) == []
        later += timedelta(seconds=jobs.BACKOFF_SECONDS[min(attempt, len(jobs.BACKOFF_SECONDS)) - 1] + 1)
    with db.snapshot() as session:
        assert jobs.failed(session) == 1
        given_up = session.get_one(jobs.Job, job.id)
    assert (given_up.state, given_up.last_error) == (jobs.JobState.FAILED, "RuntimeError")


def test_what_a_process_held_that_died_is_due_with_the_next_start(db: Database) -> None:
    _enqueue(db, {"version": 1})
    assert len(_claim(db)) == 1
    with db.transaction() as session:
        jobs.do_free(session)
    assert [job.attempts for job in _claim(db)] == [2]


def test_who_is_at_a_job_for_longer_than_it_takes_is_not_waited_for(db: Database) -> None:
    def under_way() -> tuple[int, int]:
        with db.snapshot() as session:
            return jobs.under_way(session, "index", longest=15), jobs.under_way(session, "index")

    _enqueue(db, {"version": 1})
    assert under_way() == (1, 1)
    _claim(db)
    assert under_way() == (1, 1)
    with clock.travel(timedelta(seconds=16)):
        assert under_way() == (0, 1)
    with clock.travel(timedelta(seconds=jobs.LEASE_SECONDS + 1)):
        assert under_way() == (1, 1)
