"""Work that failed for good, whatever its table: what an operator sees of it, tries again, or gives up.

Three kinds of thing can fail: outbox jobs; `turn`, a customer's message on which even the last resort broke, so that
somebody waits; `count`, a message whose complaint could not be counted. Nothing shown here holds a customer's words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from bot.chat.models import Turn
from bot.core import clock, errors, jobs, live
from bot.core.auth import Staff
from bot.core.jobs import Job, JobState
from bot.dialogue.turn import TRIES
from bot.operations.models import Did, OperatorEvent

TURN, COUNT = "turn", "count"
PAGE = 100


@dataclass(frozen=True)
class Work:
    """One piece. `belongs_to`: the article, conversation or message that it is for; `since`: when it came to be so."""

    id: str
    kind: str
    state: str
    since: datetime
    created_at: datetime
    tries: int
    last_failure: str | None
    belongs_to: str | None

    def as_wire(self) -> dict[str, Any]:
        return {**vars(self), "since": clock.iso(self.since), "created_at": clock.iso(self.created_at)}


class Source(Protocol):
    """Where one sort of work lies. `ids`: None means all that failed."""

    def rows(self, session: Session, *, state: str, kind: str | None, limit: int) -> Iterable[Work]: ...

    def count(self, session: Session) -> int:
        """How many failed."""

    def do_replay(self, session: Session, *, ids: list[str] | None, kind: str | None) -> list[tuple[str, str]]:
        """Make it due now, as if never tried; (id, kind) of what was failed until now. Safe to repeat."""

    def do_give_up(self, session: Session, *, id: str) -> str | None:
        """Its kind, or None where it is not failed. Raises Invalid where nobody may give it up."""


class OutboxJobs:
    def rows(self, session: Session, *, state: str, kind: str | None, limit: int) -> Iterable[Work]:
        wanted = select(Job).where(Job.state == state).order_by(Job.id).limit(limit)
        for job in session.scalars(wanted.where(Job.kind == kind) if kind else wanted):
            since = job.finished_at or (job.created_at if state == JobState.WAITING else job.run_at)
            yield Work(str(job.id), job.kind, job.state, since, job.created_at, job.attempts, job.last_error, job.key)

    def count(self, session: Session) -> int:
        return jobs.failed(session)

    def do_replay(self, session: Session, *, ids: list[str] | None, kind: str | None) -> list[tuple[str, str]]:
        chosen = Job.state == JobState.FAILED
        if ids is not None:
            chosen &= Job.id.in_([int(one) for one in ids if one.isdecimal()])
        if kind is not None:
            chosen &= Job.kind == kind
        fresh = {"state": JobState.WAITING, "attempts": 0, "run_at": clock.now(), "finished_at": None}
        done = session.execute(update(Job).where(chosen).values(**fresh).returning(Job.id, Job.kind)).all()
        if done:
            live.tell(session, live.JOBS, {})
        return [(str(job_id), name) for job_id, name in done]

    def do_give_up(self, session: Session, *, id: str) -> str | None:
        if not id.isdecimal():
            return None
        given_up = {"state": JobState.GIVEN_UP, "finished_at": clock.now()}
        chosen = (Job.id == int(id)) & (Job.state == JobState.FAILED)
        return session.scalar(update(Job).where(chosen).values(**given_up).returning(Job.kind))


class Turns:
    """`turn:{message}` and `count:{message}`."""

    def __init__(self, kind: str, failed: ColumnElement[bool], mended: dict[str, Any]) -> None:
        self._kind, self._failed, self._mended = kind, failed, mended

    def rows(self, session: Session, *, state: str, kind: str | None, limit: int) -> Iterable[Work]:
        if state != JobState.FAILED or kind not in (None, self._kind):
            return
        for turn in session.scalars(select(Turn).where(self._failed).order_by(Turn.accepted_at).limit(limit)):
            yield Work(
                f"{self._kind}:{turn.message_id}",
                self._kind,
                state,
                turn.accepted_at,
                turn.accepted_at,
                turn.attempts,
                turn.last_error,
                turn.conversation_id,
            )

    def count(self, session: Session) -> int:
        return session.scalar(select(func.count()).where(self._failed)) or 0

    def do_replay(self, session: Session, *, ids: list[str] | None, kind: str | None) -> list[tuple[str, str]]:
        if kind not in (None, self._kind):
            return []
        chosen = self._failed if ids is None else self._failed & Turn.message_id.in_(self._own(ids))
        done = update(Turn).where(chosen).values(**self._mended).returning(Turn.message_id, Turn.conversation_id)
        found = session.execute(done.execution_options(synchronize_session=False)).all()
        for _, conversation_id in found:
            live.tell(session, live.TURNS, {"conversation_id": conversation_id})
        return [(f"{self._kind}:{message_id}", self._kind) for message_id, _ in found]

    def do_give_up(self, session: Session, *, id: str) -> str | None:
        chosen = self._failed & Turn.message_id.in_(self._own([id]))
        if session.scalar(select(Turn.message_id).where(chosen)) is None:
            return None
        if self._kind == TURN:
            raise errors.Invalid("A customer waits for this: it can be tried again, not given up.")
        session.execute(
            update(Turn).where(chosen).values(recount="given_up").execution_options(synchronize_session=False)
        )
        return self._kind

    def _own(self, ids: list[str]) -> list[str]:
        return [one.removeprefix(f"{self._kind}:") for one in ids if one.startswith(f"{self._kind}:")]


STUCK = Turns(TURN, (Turn.state == "waiting") & (Turn.attempts > TRIES), {"attempts": 0})
UNCOUNTED = Turns(COUNT, Turn.recount == "failed", {"recount": "due", "attempts": 0})
SOURCES: tuple[Source, ...] = (STUCK, OutboxJobs(), UNCOUNTED)


def listed(session: Session, *, state: str, kind: str | None = None, limit: int = PAGE) -> list[Work]:
    """Up to `limit` pieces in this state, those first for which somebody waits."""
    found = [work for source in SOURCES for work in source.rows(session, state=state, kind=kind, limit=limit)]
    return found[:limit]


def failed(session: Session) -> int:
    """How many pieces failed for good."""
    return sum(source.count(session) for source in SOURCES)


def oldest_failed(session: Session) -> datetime | None:
    """Since when there is something that failed."""
    firsts = (work.since for source in SOURCES for work in source.rows(session, state="failed", kind=None, limit=1))
    return min(firsts, default=None)


def do_replay(
    session: Session, *, by: Staff | None, ids: list[str] | None = None, kind: str | None = None
) -> list[str]:
    """Try again what failed: these, or all of a kind, or all; the ids of what was failed until now."""
    done = [one for source in SOURCES for one in source.do_replay(session, ids=ids, kind=kind)]
    for target, name in done:
        do_record(session, Did.REPLAYED, target, name, by=by)
    return [target for target, _ in done]


def do_give_up(session: Session, *, id: str, reason: str, by: Staff | None) -> None:
    """Put one piece aside for good. Raises NotFound where it is not failed, Invalid where a customer waits for it."""
    for source in SOURCES:
        kind = source.do_give_up(session, id=id)
        if kind is not None:
            do_record(session, Did.GAVE_UP, id, kind, by=by, reason=reason)
            return
    raise errors.NotFound("Nothing that failed has this id.")


def do_record(
    session: Session, event: Did, target: str, detail: str, *, by: Staff | None, reason: str | None = None
) -> None:
    """Write who did what. `by` is None on the command line."""
    session.add(
        OperatorEvent(
            at=clock.now(),
            event=event,
            target=target,
            detail=detail,
            reason=reason,
            staff_id=by.id if by else None,
        )
    )


def history(session: Session, *, limit: int = PAGE) -> list[OperatorEvent]:
    """What operators did, newest first."""
    return [*session.scalars(select(OperatorEvent).order_by(OperatorEvent.id.desc()).limit(limit))]
