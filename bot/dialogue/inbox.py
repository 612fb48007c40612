"""What a turn leaves for the editors: the question that could not be answered, the wish that was heard."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.chat.models import Author, Conversation, Message
from bot.dialogue.decide import Plan
from bot.dialogue.situation import UNTOLD, Begun
from bot.knowledge.gaps import service as gaps
from bot.knowledge.wishes import service as wishes
from bot.understanding import redact
from bot.understanding.language import detect


class Asked(NamedTuple):
    """A customer's question; when it was answered, where it was."""

    message_id: str
    text: str
    answered_at: datetime | None = None


def do_keep(session: Session, *, conversation: Conversation, begun: Begun, plan: Plan) -> None:
    """Keep both without private numbers. They are sorted after the commit, at no cost to the turn."""
    said = Asked(begun.pending.message_id, begun.pending.text)
    if plan.wish:
        do_note_wish(session, conversation, said, source="turn")
    if plan.gap is not None and plan.hand_off in (None, "unresolved"):
        asked = _answered(session, conversation, begun.pending.seq) if plan.gap == gaps.NOT_HELPFUL else None
        do_note_gap(session, conversation, asked or said, reason=plan.gap)


def do_note_gap(session: Session, conversation: Conversation, asked: Asked, *, reason: str) -> None:
    gaps.do_note(
        session,
        conversation=conversation,
        message_id=asked.message_id,
        text=redact.redact(asked.text),
        reason=reason,
        language=_language(conversation, asked.text),
        answered_at=asked.answered_at,
    )


def do_note_wish(session: Session, conversation: Conversation, said: Asked, *, source: str) -> None:
    wishes.do_note(
        session,
        conversation=conversation,
        message_id=said.message_id,
        text=redact.redact(said.text),
        source=source,
        language=_language(conversation, said.text),
    )


def _language(conversation: Conversation, text: str) -> str:
    found = detect(text)
    return conversation.language if found == UNTOLD else found


def _answered(session: Session, conversation: Conversation, seq: int) -> Asked | None:
    """What the bot answered last before message `seq`."""
    answer, asked = aliased(Message), aliased(Message)
    before = (
        select(asked.id, asked.text, answer.at)
        .join(answer, answer.in_reply_to == asked.id)
        .where(answer.conversation_id == conversation.id, answer.author == Author.BOT, answer.seq < seq)
    )
    found = session.execute(before.order_by(answer.seq.desc()).limit(1)).first()
    return Asked(*found) if found is not None else None
