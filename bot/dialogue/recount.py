"""Messages that Rasa did not see are sent to it again once it is back, only to be counted. Nothing is said."""

import asyncio
import logging
import time

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from bot import wire
from bot.alerts import counter
from bot.chat.models import Conversation, Message, Turn
from bot.core import errors
from bot.dialogue import decide, inbox, named, signals
from bot.dialogue.answering import Answering
from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput
from bot.understanding import facts, redact
from bot.understanding.clean import fold
from bot.understanding.naming import words_named

BATCH = 20
TRIES = 20
log = logging.getLogger(__name__)


async def recount(work: Answering) -> int:
    """Count what is due, oldest first; returns how many messages were looked at. Stops when the engine is away, and
    while a customer waits for a turn; at most half of the engine's time is taken.

    A message on which the engine itself fails is tried TRIES times and then marked `failed`: it must not stand in
    the way of those behind it.
    """
    due = await asyncio.to_thread(_due, work)
    for looked_at, turn in enumerate(due):
        if work.waiting:
            return looked_at
        began = time.monotonic()
        try:
            reply = await work.engine.answer(turn)
            if named.is_offered(turn, reply, told_more=False):
                reply = named.offered_for(reply, None)
            await asyncio.to_thread(_count, work, turn.message_id, reply)
        except (EngineFailed, errors.Invalid) as error:
            if not await work.engine.ready():
                return 0
            await asyncio.to_thread(_give_up_in_time, work, turn.message_id, type(error).__name__)
        await asyncio.sleep(time.monotonic() - began)
    return len(due)


def _due(work: Answering) -> list[TurnInput]:
    with work.db.snapshot() as session:
        rows = session.execute(
            select(Message.id, Message.text)
            .join(Turn, Turn.message_id == Message.id)
            .where(Turn.recount == "due", Turn.state == "done")
            .order_by(Turn.accepted_at)
            .limit(BATCH)
        ).all()
    return [_turn(message_id, text) for message_id, text in rows]


def _turn(message_id: str, text: str) -> TurnInput:
    seen = facts.read(text)
    return TurnInput(
        sender=f"{wire.RECOUNT_SENDER}{message_id}",
        message_id=message_id,
        text=seen.denial.rest or seen.text or text,
        language=seen.reply_language,
        embedding=seen.embedding,
        names=words_named(fold(seen.denial.rest)),
        no_complaint=seen.denial.complaint or seen.denial.is_all,
    )


def _give_up_in_time(work: Answering, message_id: str, failure: str) -> None:
    tries = Turn.attempts + 1
    with work.db.transaction() as session:
        session.execute(
            update(Turn)
            .where(Turn.message_id == message_id, Turn.recount == "due")
            .values(attempts=tries, last_error=failure, recount=case((tries >= TRIES, "failed"), else_="due"))
        )


def _count(work: Answering, message_id: str, reply: EngineReply) -> None:
    with work.db.transaction() as session:
        _count_in(session, work, message_id, reply)


def _count_in(session: Session, work: Answering, message_id: str, reply: EngineReply) -> None:
    """Mark first: whoever marks counts, so that a message is counted once. A reply without its vector tells nothing."""
    if any(signal.extra.get("degraded") for signal in reply.signals):
        raise EngineFailed("the engine had no vector")
    marked = session.scalar(
        update(Turn)
        .where(Turn.message_id == message_id, Turn.recount == "due")
        .values(recount="done", intent=reply.signals[0].intent, confidence=reply.signals[0].confidence)
        .returning(Turn.message_id)
        .execution_options(synchronize_session=False)
    )
    if marked is None:
        return
    message = session.get_one(Message, message_id)
    conversation = session.get_one(Conversation, message.conversation_id)
    if signals.first(reply.signals, wire.SUGGESTION) is not None:
        inbox.do_note_wish(session, conversation, inbox.Asked(message.id, message.text), source="turn")
    excerpt = redact.redact(message.text)
    for topic in sorted(decide.topics_of(reply)):
        counter.do_mention(
            session,
            policy=work.policy,
            topic=topic,
            message_id=message.id,
            at=message.at,
            conversation=conversation,
            text=excerpt,
        )
