"""Who answers which conversation now: a lease on the row, so that one conversation runs in order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select, update
from sqlalchemy.orm import Session

from bot.chat.models import Conversation, Message, Turn
from bot.core import clock

LEASE_SECONDS = 20
LEASE_SLACK = timedelta(seconds=2)
CLOCKS_DIFFER = timedelta(seconds=5)
"""By how much the clocks of several machines may. A lease that ends later than any could is from before the clock was
set back, and holds nobody up."""


@dataclass(frozen=True)
class Pending:
    """A message that is owed an answer."""

    conversation_id: str
    message_id: str
    seq: int
    text: str
    choice: str | None
    at: datetime
    accepted_at: datetime
    attempts: int


def _is_free(
    moment: datetime | BindParameter[datetime], latest: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    until = Conversation.turn_lease_until
    return or_(until.is_(None), until < moment, until > latest)


def _latest(moment: datetime) -> datetime:
    return moment + timedelta(seconds=LEASE_SECONDS) + CLOCKS_DIFFER


# Built once: putting a statement together costs as much as SQLite takes to run it. What other turns of the same
# transaction have changed is no business of these: it is written at the end, for all of them at once.
_CLAIM = (
    update(Conversation)
    .where(Conversation.id == bindparam("claimed_id"), _is_free(bindparam("moment"), bindparam("latest")))
    .values(turn_lease_until=bindparam("until"), turn_lease_by=bindparam("worker"))
    .returning(Conversation)
    .execution_options(synchronize_session=False, autoflush=False)
)
_HOLD = (
    select(Conversation)
    .where(Conversation.id == bindparam("held_id"), Conversation.turn_lease_by == bindparam("worker"))
    .with_for_update(key_share=True)
    .execution_options(autoflush=False)
)
_NEXT = (
    select(
        Turn.conversation_id,
        Message.id,
        Message.seq,
        Message.text,
        Message.choice,
        Message.at,
        Turn.accepted_at,
        Turn.attempts,
    )
    .join(Turn, Turn.message_id == Message.id)
    .where(
        Turn.conversation_id == bindparam("conversation_id"),
        Turn.state == "waiting",
        Turn.seq > bindparam("after_seq"),
    )
    .order_by(Turn.seq)
    .limit(1)
    .execution_options(autoflush=False)
)


def do_claim(session: Session, *, conversation_id: str, worker: str) -> Conversation | None:
    """Hold the conversation for LEASE_SECONDS; None when another worker holds it."""
    moment = clock.now()
    lease = {"until": moment + timedelta(seconds=LEASE_SECONDS), "worker": worker}
    return session.scalar(_CLAIM, {"claimed_id": conversation_id, "moment": moment, "latest": _latest(moment), **lease})


def hold(session: Session, *, conversation_id: str, worker: str) -> Conversation | None:
    """The conversation as it is now and until the commit, while `worker` has it. None when the lease was lost."""
    return session.scalar(_HOLD, {"held_id": conversation_id, "worker": worker})


def prolong(conversation: Conversation) -> None:
    """Keep a conversation that is held for its next message; nothing changes while most of the lease is left."""
    until = clock.now() + timedelta(seconds=LEASE_SECONDS)
    if conversation.turn_lease_until is None or until - conversation.turn_lease_until > LEASE_SLACK:
        conversation.turn_lease_until = until


def release(conversation: Conversation, *, not_before: datetime | None = None) -> None:
    """Let go of a conversation that is held; with `not_before`, nobody takes it earlier."""
    conversation.turn_lease_until, conversation.turn_lease_by = not_before, None


def do_forget_leases(session: Session) -> None:
    """Free what a killed process held. For the start of the only process on a database; fences keep it safe anyway."""
    session.execute(
        update(Conversation)
        .where(Conversation.turn_lease_by.is_not(None))
        .values(turn_lease_until=None, turn_lease_by=None)
    )


def next_pending(session: Session, conversation_id: str, *, after_seq: int = 0) -> Pending | None:
    """The conversation's oldest unanswered message, of those after `after_seq`."""
    row = session.execute(_NEXT, {"conversation_id": conversation_id, "after_seq": after_seq}).first()
    return Pending(*row) if row else None


def waiting_conversations(session: Session, *, limit: int = 200) -> list[str]:
    """Conversations with unanswered messages that nobody holds, longest wait first."""
    moment = clock.now()
    rows = session.execute(
        select(Turn.conversation_id)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Turn.state == "waiting", _is_free(moment, _latest(moment)))
        .order_by(Turn.accepted_at)
        .limit(limit)
    )
    return list(dict.fromkeys(row[0] for row in rows))
