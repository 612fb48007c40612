"""Asks the engines about a message: Rasa, then the search alone when Rasa fails, is slow, or turns are piling up."""

import asyncio
import logging
from dataclasses import replace

from bot import wire
from bot.core import metrics
from bot.dialogue import beside, decide, named, situation
from bot.dialogue.answering import Answering
from bot.dialogue.engine import Engine, EngineFailed, EngineReply, TurnInput
from bot.dialogue.situation import Begun

SEARCHED = (wire.ANSWERED, wire.CHOICES, wire.UNANSWERED)
log = logging.getLogger(__name__)


async def ask(work: Answering, begun: Begun) -> EngineReply | None:
    """The reply of the first engine that gives one; None when none does."""
    if work.listen is not None:
        work.listen([begun.pending.text])
    if work.behind or work.engine is work.fallback:
        return await _search(work, begun)
    reply = await _reply(work, work.engine, begun.turn)
    if reply is None:
        return await _search(work, begun)
    told_more = decide.goes_on_from_details(begun.situation)
    if named.is_offered(begun.turn, reply, told_more=told_more):
        return named.offered_for(reply, await _search(work, begun))
    question = beside.question_in(begun.turn.text) if reply.signals[0].name == wire.COMPLAINT else None
    if question is not None:
        asked = replace(begun.turn, text=question, names=0)
        return beside.with_answer(reply, await _reply(work, work.fallback, asked))
    return await _with_complaint(work, begun, reply)


async def _with_complaint(work: Answering, begun: Begun, reply: EngineReply) -> EngineReply:
    """The reply to a message that was taken for its question alone, with the complaint that stands beside it."""
    loud = begun.facts.anger.value >= beside.HEARD_FROM and not begun.turn.no_complaint
    told = beside.told_in(begun.turn.text) if loud and reply.signals[0].name in SEARCHED else None
    if told is None:
        return reply
    apart = replace(begun.turn, text=told, sender=f"{begun.turn.sender}:beside", names=0)
    complaint = await _reply(work, work.engine, apart)
    return beside.with_answer(complaint, reply) if complaint and beside.is_complaint(complaint) else reply


async def _search(work: Answering, begun: Begun) -> EngineReply | None:
    turn = await work.in_thread(_going_on, begun)
    return await _reply(work, work.fallback, turn)


def _going_on(work: Answering, begun: Begun) -> TurnInput:
    """The search keeps no trackers as Rasa does: what a message may go on from is read for it."""
    with work.db.snapshot() as session:
        return situation.going_on(session, begun)


async def _reply(work: Answering, engine: Engine, turn: TurnInput) -> EngineReply | None:
    """What `engine` says; None when it fails or takes too long."""
    try:
        with metrics.ENGINE_SECONDS.labels(engine.name).time():
            async with asyncio.timeout(work.settings.turn_timeout_seconds):
                return await engine.answer(turn)
    except (EngineFailed, TimeoutError) as error:
        metrics.ENGINE_FAILURES.labels(engine.name).inc()
        cause = str(error) or "time-out"
        log.warning("engine failed", extra={"engine": engine.name, "cause": cause, "turn": turn.message_id})
        return None
