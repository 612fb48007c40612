"""What a turn leaves for the editors: the question that could not be answered, the wish that was heard."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat.models import Author, Conversation, Message
from bot.dialogue.decide import Plan
from bot.dialogue.situation import Begun
from bot.knowledge.gaps import service as gaps
from bot.knowledge.wishes import service as wishes
from bot.understanding import redact
from bot.understanding.language import detect, reply_language


def do_keep(session: Session, *, conversation: Conversation, begun: Begun, plan: Plan) -> None:
    """Keep both without private numbers. Nothing else is done here: they are sorted after the commit."""
    pending = begun.pending
    if plan.wish:
        said = {"message_id": pending.message_id, "text": redact.redact(pending.text), "language": begun.turn.language}
        wishes.do_note(session, conversation=conversation, source="turn", **said)
    if plan.gap is None or plan.hand_off not in (None, "unresolved"):
        return
    asked = (pending.message_id, pending.text)
    if plan.gap == gaps.NOT_HELPFUL:
        asked = _asked_before(session, conversation, pending.seq) or asked
    do_note_gap(session, conversation, *asked, reason=plan.gap)


def do_note_gap(session: Session, conversation: Conversation, message_id: str, text: str, *, reason: str) -> None:
    """Keep a question in its own language."""
    language = detect(text)
    gaps.do_note(
        session,
        conversation=conversation,
        message_id=message_id,
        text=redact.redact(text),
        reason=reason,
        language=reply_language(language) if language != "und" else conversation.language,
    )


def _asked_before(session: Session, conversation: Conversation, seq: int) -> tuple[str, str] | None:
    """The message whose answer did not help: the customer's last before the one that says so."""
    before = select(Message.id, Message.text).where(
        Message.conversation_id == conversation.id, Message.author == Author.CUSTOMER, Message.seq < seq
    )
    found = session.execute(before.order_by(Message.seq.desc()).limit(1)).first()
    return (found.id, found.text) if found is not None else None
