"""What the designer sees and decides: corrections become examples, or do not."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.chat.models import Message
from bot.core import clock, errors
from bot.core.auth import Staff
from bot.desk.models import Ticket
from bot.learning import intents
from bot.learning.models import Correction, State, Training

PAGE = 50


def listed(session: Session, *, state: State, after: str = "", limit: int = PAGE) -> list[tuple[Correction, int]]:
    """Corrections with their ticket's number: the oldest open one first, of the decided the newest."""
    wanted = select(Correction, Ticket.number).join(Ticket, Ticket.id == Correction.ticket_id)
    wanted = wanted.where(Correction.state == state).limit(limit)
    if state == State.OPEN:
        wanted = wanted.where(Correction.id > after).order_by(Correction.id)
    else:
        wanted = wanted.where(Correction.id < after) if after else wanted
        wanted = wanted.order_by(Correction.id.desc())
    return [(row, number) for row, number in session.execute(wanted)]


def counts(session: Session) -> dict[str, int]:
    """How many there are in each state, and how many of the accepted wait for their export."""
    found: dict[str, int] = dict.fromkeys(State, 0)
    for state, count in session.execute(select(Correction.state, func.count()).group_by(Correction.state)):
        found[state] = count
    waiting = select(func.count()).where(Correction.state == State.ACCEPTED, Correction.exported_at.is_(None))
    return {**found, "to_export": session.scalar(waiting) or 0}


def do_accept(
    session: Session, *, correction_id: str, version: int, intent: str, example: str, by: Staff
) -> Correction:
    """Make it an example of `intent`, in these words."""
    row = _hold(session, correction_id, version)
    row.intent, row.example = intents.check(intent), " ".join(example.split())
    return _decide(session, row, State.ACCEPTED, by)


def do_reject(session: Session, *, correction_id: str, version: int, by: Staff) -> Correction:
    """It teaches nothing."""
    return _decide(session, _hold(session, correction_id, version), State.REJECTED, by)


def to_export(session: Session) -> list[Correction]:
    """Every accepted example, the oldest first: what was exported before too, since files may have been put back."""
    return [*session.scalars(select(Correction).where(Correction.state == State.ACCEPTED).order_by(Correction.id))]


def do_mark_exported(session: Session, rows: list[Correction], *, at: datetime) -> None:
    for row in rows:
        row.exported_at = row.exported_at or at


def do_forget(session: Session, *, conversation_id: str, erased: str) -> None:
    """Of its messages nothing is learnt any more; `erased` stands in the place of their words."""
    theirs = Correction.message_id.in_(select(Message.id).where(Message.conversation_id == conversation_id))
    gone = {"said": erased, "example": None, "state": State.REJECTED, "version": Correction.version + 1}
    session.execute(update(Correction).where(theirs).values(gone).execution_options(synchronize_session=False))


def last_training(session: Session) -> Training | None:
    return session.scalar(select(Training).order_by(Training.id.desc()).limit(1))


def do_note_training(
    session: Session, *, before: str | None, after: str, examples: int, figures: dict[str, Any]
) -> Training:
    """Keep what a training changed."""
    row = Training(at=clock.now(), model_before=before, model_after=after, examples=examples, figures=figures)
    session.add(row)
    return row


def _hold(session: Session, correction_id: str, version: int) -> Correction:
    """The row until the commit. Raises NotFound, and Conflict where it changed since or is in the files already."""
    row = session.scalar(select(Correction).where(Correction.id == correction_id).with_for_update(of=Correction))
    if row is None:
        raise errors.NotFound
    if row.version != version:
        raise errors.Conflict
    if row.exported_at is not None:
        raise errors.Conflict("This example stands in the training data already. Change it there.")
    return row


def _decide(session: Session, row: Correction, state: State, by: Staff) -> Correction:
    row.state, row.decided_by, row.decided_at = state, by.id, clock.now()
    row.version += 1
    session.flush()
    session.refresh(row)
    return row
