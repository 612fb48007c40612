"""Who writes beside an acknowledgement on PostgreSQL: one other at a time; without one, everybody."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from bot.core.db import BESIDE, Database

WRITERS = 4
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


class Room:
    """How many writers are inside a transaction, and the most that ever were."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._inside = self.most = 0

    def write(self, meanwhile: threading.Barrier | None = None) -> None:
        with self._db.transaction() as session:
            with self._lock:
                self._inside += 1
                self.most = max(self.most, self._inside)
            session.execute(text("select pg_sleep(0.01)"))
            if meanwhile is not None:
                meanwhile.wait(20)
            with self._lock:
                self._inside -= 1


@ON_POSTGRES
def test_while_messages_are_acknowledged_others_write_one_at_a_time_and_none_waits_for_ever(database_url: str) -> None:
    with closing(Database(database_url)) as db, ThreadPoolExecutor(WRITERS) as pool:
        room = Room(db)
        with db.transaction(first=True):
            assert db.is_wanted_first
            for done in [pool.submit(room.write) for _ in range(3 * WRITERS)]:
                done.result(20)
        assert room.most == BESIDE
        assert not db.is_wanted_first


@ON_POSTGRES
def test_otherwise_they_write_side_by_side(database_url: str) -> None:
    with closing(Database(database_url)) as db, ThreadPoolExecutor(WRITERS) as pool:
        together = threading.Barrier(WRITERS)
        for done in [pool.submit(Room(db).write, together) for _ in range(WRITERS)]:
            done.result(20)


@ON_POSTGRES
def test_an_acknowledgement_waits_for_nobody_and_a_failure_leaves_the_door_open(database_url: str) -> None:
    with closing(Database(database_url)) as db, ThreadPoolExecutor(WRITERS) as pool:
        for first in (True, False):
            with pytest.raises(ZeroDivisionError), db.transaction(first=first):
                raise ZeroDivisionError
        begun, go_on = threading.Barrier(WRITERS + 1), threading.Event()

        def hold() -> None:
            with db.transaction():
                begun.wait(20)
                go_on.wait(20)

        held = [pool.submit(hold) for _ in range(WRITERS)]
        begun.wait(20)
        with db.transaction(first=True) as session:
            assert session.scalar(text("select 1")) == 1
        go_on.set()
        for done in held:
            done.result(20)
