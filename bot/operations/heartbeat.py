"""Each web and worker process says every few seconds that it lives: that also proves that the database can be written.

What it finds beside its own row comes back in the same transaction, so that one look costs one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import VERSION
from bot.core import clock, log
from bot.core.db import Database
from bot.dialogue import certainty
from bot.operations import work
from bot.operations.models import LogLevel, Process

ALIVE_SECONDS = 20
FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Pulse:
    """What one look at the database tells. `levels`: the log levels that operators set, by part."""

    processes: list[Process]
    failed: int
    oldest_failed_at: datetime | None
    oldest_turn_seconds: float
    levels: dict[str, str]

    @property
    def workers(self) -> int:
        return sum(process.part == "worker" for process in self.processes)


def beat(db: Database, *, name: str, part: str, started_at: datetime) -> Pulse:
    """Write this process's row, and read. Raises SQLAlchemyError when nothing can be written.

    It goes first, as acknowledgements do, since it tells whether these are possible; its row is small.
    """
    with db.transaction(first=True) as session:
        moment = clock.now()
        session.merge(
            Process(
                name=name,
                part=part,
                version=VERSION,
                log_level=log.level(),
                started_at=started_at,
                seen_at=moment,
            )
        )
        session.execute(delete(Process).where(Process.seen_at < moment - FORGET_AFTER))
    with db.snapshot() as session:
        return _read(session)


def do_leave(session: Session, name: str) -> None:
    """Take a process's row away as it stops."""
    session.execute(delete(Process).where(Process.name == name))


def alive(session: Session) -> list[Process]:
    """The processes that were seen lately, oldest first."""
    since = clock.now() - timedelta(seconds=ALIVE_SECONDS)
    return [*session.scalars(select(Process).where(Process.seen_at >= since).order_by(Process.started_at))]


def levels(session: Session) -> dict[str, str]:
    """The log levels that operators set, by part."""
    return {row.part: row.level for row in session.scalars(select(LogLevel))}


def _read(session: Session) -> Pulse:
    return Pulse(
        processes=alive(session),
        failed=work.failed(session),
        oldest_failed_at=work.oldest_failed(session),
        oldest_turn_seconds=certainty.oldest_wait(session),
        levels=levels(session),
    )
