"""Who answers which conversation now: a lease on the row, so that one conversation runs in order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.chat.models import Conversation, Message, Turn
from bot.core import clock

LEASE_SECONDS = 20


@dataclass(frozen=True)
class Pending:
    """A message that is owed an answer."""

    message_id: str
    seq: int
    text: str
    choice: str | None
    accepted_at: datetime
    attempts: int


def do_claim(session: Session, *, conversation_id: str, worker: str) -> bool:
    """Hold the conversation for LEASE_SECONDS; False when another worker holds it."""
    moment = clock.now()
    taken = session.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            or_(Conversation.turn_lease_until.is_(None), Conversation.turn_lease_until < moment),
        )
        .values(turn_lease_until=moment + timedelta(seconds=LEASE_SECONDS), turn_lease_by=worker)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    return bool(taken)


def hold(session: Session, *, conversation_id: str, worker: str) -> Conversation | None:
    """The conversation as it is now and until the commit, while `worker` has it. None when the lease was lost."""
    held = select(Conversation).where(Conversation.id == conversation_id, Conversation.turn_lease_by == worker)
    return session.scalar(held.with_for_update(key_share=True))


def prolong(conversation: Conversation) -> None:
    """Keep a conversation that is held for its next message."""
    conversation.turn_lease_until = clock.now() + timedelta(seconds=LEASE_SECONDS)


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


def next_pending(session: Session, conversation_id: str) -> Pending | None:
    """The conversation's oldest unanswered message."""
    row = session.execute(
        select(Message.id, Message.seq, Message.text, Message.choice, Turn.accepted_at, Turn.attempts)
        .join(Turn, Turn.message_id == Message.id)
        .where(Turn.conversation_id == conversation_id, Turn.state == "waiting")
        .order_by(Turn.seq)
        .limit(1)
    ).first()
    return Pending(*row) if row else None


def waiting_conversations(session: Session, *, limit: int = 200) -> list[str]:
    """Conversations with unanswered messages that nobody holds, longest wait first."""
    moment = clock.now()
    rows = session.execute(
        select(Turn.conversation_id)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(
            Turn.state == "waiting",
            or_(Conversation.turn_lease_until.is_(None), Conversation.turn_lease_until < moment),
        )
        .order_by(Turn.accepted_at)
        .limit(limit)
    )
    return list(dict.fromkeys(row[0] for row in rows))
