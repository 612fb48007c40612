"""The outbox: work written in the same transaction as the fact that calls for it.

A job is claimed by a conditional UPDATE with a lease, retried with back-off, and after its last try stays visible
as `failed`. A handler may run twice (a lease can run out under it): it must be idempotent.
"""

import enum
import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.core import clock, db, live, metrics
from bot.core.tables import Base

LEASE_SECONDS = 60
CLOCKS_DIFFER = timedelta(seconds=5)
SOON_SECONDS = 5
ABANDONED = "LeaseRanOut"
"""The last failure of a job whose holder died, or hung, on its last try."""
BACKOFF_SECONDS = (1, 5, 30, 120, 600, 1800, 3600)
log = logging.getLogger(__name__)


class JobState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    """An operator put it aside."""


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "state", "run_at"), Index("ix_jobs_key", "kind", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(128))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), default=JobState.WAITING)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=len(BACKOFF_SECONDS) + 1)
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


def enqueue(
    session: Session, kind: str, payload: dict[str, Any], *, run_at: datetime | None = None, key: str | None = None
) -> Job:
    """Add a job to this transaction. With `key`, a waiting job of that kind and key is replaced, not doubled."""
    moment = clock.now()
    waiting = _waiting(session, kind, key) if key is not None else None
    if waiting is not None:
        waiting.payload, waiting.run_at = payload, run_at or moment
        return waiting
    job = Job(kind=kind, key=key, payload=payload, run_at=run_at or moment, created_at=moment)
    session.add(job)
    live.tell(session, live.JOBS, {})
    return job


def _waiting(session: Session, kind: str, key: str) -> Job | None:
    """Held until the commit: a worker that claims it meanwhile would run with the payload from before."""
    same = select(Job).where(Job.kind == kind, Job.key == key, Job.state == JobState.WAITING)
    return session.scalars(same.limit(1).with_for_update()).first()


def any_due(session: Session) -> bool:
    """Whether `claim` would find something; cheap, and takes no lock."""
    return session.scalar(select(Job.id).where(_due(clock.now())).limit(1)) is not None


def claim(session: Session, *, limit: int = 10) -> list[Job]:
    """Take up to `limit` due jobs, and those whose lease ran out, for LEASE_SECONDS.

    One whose holder died on its last try is failed: what ends a process must not be run for ever.
    """
    moment = clock.now()
    _do_fail_abandoned(session, moment)
    due = select(Job.id).where(_due(moment)).order_by(Job.run_at, Job.id).limit(limit)
    ids = session.scalars(due.with_for_update(skip_locked=True)).all()
    if not ids:
        return []
    taken = (
        update(Job)
        .where(Job.id.in_(ids))
        .values(
            state=JobState.RUNNING,
            attempts=Job.attempts + 1,
            lease_until=moment + timedelta(seconds=LEASE_SECONDS),
        )
        .returning(Job)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(taken).all(), key=lambda job: job.id)


def _do_fail_abandoned(session: Session, moment: datetime) -> None:
    spent = (Job.state == JobState.RUNNING) & _has_run_out(moment) & (Job.attempts >= Job.max_attempts)
    gone = {"state": JobState.FAILED, "finished_at": moment, "lease_until": None, "last_error": ABANDONED}
    session.execute(update(Job).where(spent).values(**gone).execution_options(synchronize_session=False))


def _due(moment: datetime) -> ColumnElement[bool]:
    return ((Job.state == JobState.WAITING) & (Job.run_at <= moment)) | (
        (Job.state == JobState.RUNNING) & _has_run_out(moment)
    )


def _has_run_out(moment: datetime) -> ColumnElement[bool]:
    """A lease that ends later than any could is from before the clock was set back, and holds nothing up."""
    latest = moment + timedelta(seconds=LEASE_SECONDS) + CLOCKS_DIFFER
    return (Job.lease_until <= moment) | (Job.lease_until > latest)


def prolong(session: Session, job: Job) -> None:
    """Hold it for LEASE_SECONDS from now, unless somebody else took it."""
    mine = (Job.id == job.id) & (Job.state == JobState.RUNNING) & (Job.attempts == job.attempts)
    until = clock.now() + timedelta(seconds=LEASE_SECONDS)
    session.execute(update(Job).where(mine).values(lease_until=until).execution_options(synchronize_session=False))


def do_free(session: Session) -> None:
    """What is held is due at once. For the start of the only process on a database: who held it is dead."""
    session.execute(update(Job).where(Job.state == JobState.RUNNING).values(lease_until=clock.now()))


def finish(session: Session, job: Job) -> None:
    session.execute(
        update(Job).where(Job.id == job.id).values(state=JobState.DONE, finished_at=clock.now(), last_error=None)
    )
    db.after_commit(session, metrics.JOB_RUNS.labels(job.kind, "done").inc)


def fail(session: Session, job: Job, error: Exception) -> None:
    """Put the job back with back-off, or leave it visibly failed after its last try."""
    last = job.attempts >= job.max_attempts
    delay = BACKOFF_SECONDS[min(job.attempts, len(BACKOFF_SECONDS)) - 1]
    session.execute(
        update(Job)
        .where(Job.id == job.id)
        .values(
            state=JobState.FAILED if last else JobState.WAITING,
            run_at=clock.now() + timedelta(seconds=delay),
            lease_until=None,
            last_error=type(error).__name__,
            finished_at=clock.now() if last else None,
        )
    )
    db.after_commit(session, metrics.JOB_RUNS.labels(job.kind, "failed" if last else "retried").inc)
    log.log(logging.ERROR if last else logging.WARNING, "job failed", extra={"job": job.id, "kind": job.kind})


def under_way(session: Session, kind: str, *, longest: float = LEASE_SECONDS) -> int:
    """How many jobs of a kind are running, or will be within SOON_SECONDS; those in a longer back-off do not count.

    `longest`: who has been at one for more seconds than that is taken for dead.
    """
    moment = clock.now()
    waiting = (Job.state == JobState.WAITING) & (Job.run_at <= moment + timedelta(seconds=SOON_SECONDS))
    lives = Job.lease_until > moment + timedelta(seconds=LEASE_SECONDS - longest)
    unfinished = waiting | ((Job.state == JobState.RUNNING) & (lives | _has_run_out(moment)))
    return session.scalar(select(func.count()).where(Job.kind == kind, unfinished)) or 0


def failed(session: Session) -> int:
    """How many jobs gave up."""
    return session.scalar(select(func.count()).where(Job.state == JobState.FAILED)) or 0


def oldest_due(session: Session) -> float:
    """For how many seconds the oldest job that is due has been; 0 when none is."""
    moment = clock.now()
    oldest = session.scalar(select(func.min(Job.run_at)).where(Job.state == JobState.WAITING, Job.run_at <= moment))
    return (moment - oldest).total_seconds() if oldest else 0.0
