"""The database: how a transaction begins on each, the one place that commits, and what runs after a commit."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from bot.core import metrics

_AFTER_COMMIT = "after_commit"
_READ_ONLY = "firebreak_read_only"
_FIRST_WAITED = metrics.DATABASE_WAIT_SECONDS.labels("acknowledgements")
_OTHERS_WAITED = metrics.DATABASE_WAIT_SECONDS.labels("others")
POOL_SIZE = 24
POOL_TIMEOUT_SECONDS = 10
BUSY_TIMEOUT_MS = 15_000
BESIDE = 1
"""How many others write on PostgreSQL while messages are acknowledged: their threads take turns with those that do
it, and a row that one of them holds may be wanted. One always goes on, so nobody starves."""
SERVER_GONE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""libpq's: a server that vanished without a word is given up after some ten seconds, not after the kernel's hours."""


class Database:
    """Sessions on one database.

    On SQLite a writing transaction begins with `BEGIN IMMEDIATE` and threads queue on a lock first: SQLite's own
    busy handler polls and wakes nobody. On PostgreSQL they write side by side, few beside an acknowledgement.
    """

    def __init__(self, url: str, *, session_info: dict[str, Any] | None = None) -> None:
        self.url = url
        self.session_info = session_info or {}
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._reading = self.engine.execution_options(**{_READ_ONLY: True})
        self._door: Turnstile | Precedence = Turnstile() if self.is_sqlite else Precedence(BESIDE)

    @contextmanager
    def transaction(self, *, first: bool = False) -> Iterator[Session]:
        """A writing session: commits when the block ends, rolls back when it raises, then runs `after_commit`.

        `first`: go before those of this process who wait to write as well; for the acknowledgement of messages alone.
        A thread has one at a time: a second one inside could wait for itself.
        """
        with self._door.through(first=first):
            callbacks = yield from self._transact()
        for callback in callbacks:
            callback()

    @property
    def is_wanted_first(self) -> bool:
        """Whether somebody waits who goes before the others: a transaction that could end here had better do so."""
        return self._door.is_wanted_first

    def _transact(self) -> Generator[Session, None, list[Callable[[], None]]]:
        with Session(self.engine, expire_on_commit=False, info=dict(self.session_info)) as session:
            yield session
            session.commit()
            callbacks: list[Callable[[], None]] = session.info.pop(_AFTER_COMMIT, [])
            return callbacks

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A reading session. On SQLite it never waits for a writer; what it changes is thrown away."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def standing_still(self) -> Iterator[Connection]:
        """Reads that all see the database of one moment, however long they take; no writer waits for them."""
        frozen = self._reading.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with (self._reading if self.is_sqlite else frozen).connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


class Turnstile:
    """One thread at a time; who asks to be first is let through before the others that wait."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._taken = False
        self._first = 0

    @property
    def is_wanted_first(self) -> bool:
        return self._first > 0

    @contextmanager
    def through(self, *, first: bool) -> Iterator[None]:
        asked = time.perf_counter()
        with self._free:
            self._first += first
            self._free.wait_for(lambda: not self._taken and (first or not self._first))
            self._first -= first
            self._taken = True
        (_FIRST_WAITED if first else _OTHERS_WAITED).observe(time.perf_counter() - asked)
        try:
            yield
        finally:
            with self._free:
                self._taken = False
                self._free.notify_all()


class Precedence:
    """Any number of threads at a time; but while somebody goes first, of the others no more than `beside` begin."""

    def __init__(self, beside: int) -> None:
        self._changed = threading.Condition()
        self._beside = beside
        self._first = self._others = 0

    @property
    def is_wanted_first(self) -> bool:
        return self._first > 0

    @contextmanager
    def through(self, *, first: bool) -> Iterator[None]:
        asked = time.perf_counter()
        with self._changed:
            if not first:
                self._changed.wait_for(lambda: not self._first or self._others < self._beside)
            self._first += first
            self._others += not first
        (_FIRST_WAITED if first else _OTHERS_WAITED).observe(time.perf_counter() - asked)
        try:
            yield
        finally:
            with self._changed:
                self._first -= first
                self._others -= not first
                self._changed.notify_all()


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run `callback` once this session's transaction is durable; never if it rolls back. It must not raise or block."""
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)


def _postgres_engine(url: str) -> Engine:
    shown = make_url(url)
    if shown.drivername in ("postgres", "postgresql"):
        shown = shown.set(drivername="postgresql+psycopg")
    return create_engine(
        shown,
        pool_size=POOL_SIZE,
        max_overflow=8,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=SERVER_GONE,
    )


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=POOL_SIZE, max_overflow=8, hide_parameters=True, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-32768",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
