"""One turn, top to bottom: claim, understand, ask the engine outside any transaction, then do all of it in one.

The worker calls `answer_conversation`; everything that is said or promised about a customer message comes from here.
"""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from bot import wire
from bot.alerts import counter
from bot.chat import delivery, feedback
from bot.chat.models import Author, Conversation, Kind, Turn
from bot.core import clock, errors, metrics
from bot.core.db import after_commit
from bot.desk import handoff
from bot.desk import service as desk
from bot.desk import words as desk_words
from bot.dialogue import asking, claim, decide, inbox, last_resort, situation, words
from bot.dialogue.answering import Answering
from bot.dialogue.claim import Pending
from bot.dialogue.decide import Plan
from bot.dialogue.engine import EngineReply, Signal
from bot.dialogue.situation import Begun, Standing
from bot.understanding import redact

BACKOFF_SECONDS = (0.5, 1, 2, 4, 8)
TRIES = 12
NOBODY_ANSWERED = "NobodyAnswered"
"""The last failure of a message for which neither engine had a reply."""
OUTCOME_CHARACTERS = 80
_SETTLED = (
    update(Turn)
    .where(Turn.message_id == bindparam("settled_id"))
    .values(
        state="done",
        attempts=Turn.attempts + 1,
        **{name: bindparam(name) for name in ("answered_at", "engine", "intent", "confidence", "outcome", "recount")},
        facts=bindparam("facts", type_=Turn.facts.type),
    )
)
log = logging.getLogger(__name__)


async def answer_conversation(work: Answering, conversation_id: str) -> None:
    """Answer every waiting message of a conversation, in order. Returns at once when another worker holds it."""
    following = await work.in_transaction(_claim, conversation_id)
    while following is not None:
        standing = following
        try:
            following = await _answer(work, standing)
        except Exception as error:  # noqa: BLE001 - raised again, or given to people
            metrics.TURN_FAILURES.inc()
            following = await _after_failure(work, standing.pending, error)


async def _after_failure(work: Answering, pending: Pending, error: Exception) -> Standing | None:
    """Try again later; after TRIES give it to people. Raises `error` unless that was done."""
    if pending.attempts >= TRIES:
        try:
            return await work.in_transaction(_give_to_people, pending)
        except Exception:
            log.exception("the last resort failed", extra={"turn": pending.message_id})
    await work.in_transaction(_put_off, pending, type(error).__name__)
    raise error


async def _answer(work: Answering, standing: Standing) -> Standing | None:
    """Answer one message; where the next one of the conversation stands, or None where it is let go."""
    begun = await work.in_thread(_begin, standing)
    reply = await _ask(work, begun)
    begun = situation.heard(begun)
    if reply is None and not _can_do_without(work, begun):
        await work.in_transaction(_put_off, begun.pending, NOBODY_ANSWERED)
        return None
    return await _finish(work, begun, reply)


async def _ask(work: Answering, begun: Begun) -> EngineReply | None:
    """What is known without an engine, else what the engines say; None when none can answer.

    A message that failed TRIES times is not asked about again: what breaks on it must not keep it from a person.
    """
    if begun.pending.attempts >= TRIES:
        return None
    if begun.facts.noise:
        return _by_rules(decide.NOISE)
    if begun.facts.denial.is_all and begun.chosen is None and begun.turn.passed_over is None:
        return _by_rules(decide.DENIED)
    if not work.knows:
        return None
    if begun.chosen is not None:
        chosen = begun.chosen
        extra = {"article_id": chosen.article_id, "question": chosen.article_question, "language": chosen.language}
        return EngineReply((chosen.text,), (Signal(wire.ANSWERED, "chosen", 1.0, extra),), "chosen")
    return await asking.ask(work, begun)


def _by_rules(reason: str) -> EngineReply:
    return EngineReply((), (Signal(wire.UNANSWERED, extra={"reason": reason}),), "rules")


def _can_do_without(work: Answering, begun: Begun) -> bool:
    """Whether facts alone settle it, or it has waited so long that a ticket is owed."""
    waited = (clock.now() - begun.pending.accepted_at).total_seconds()
    at_once = decide.hands_over(begun.facts, None, begun.situation, work.rules)
    hopeless = waited > work.policy.dialogue.ticket_after_seconds or begun.pending.attempts >= TRIES
    return at_once is not None or hopeless


def _claim(work: Answering, session: Session, conversation_id: str) -> Standing | None:
    """Take the conversation and read what its oldest message needs; the owner's version fences what changes later."""
    conversation = claim.do_claim(session, conversation_id=conversation_id, worker=work.worker)
    if conversation is None:
        return None
    return _go_on(session, conversation, claim.next_pending(session, conversation_id))


def _begin(work: Answering, standing: Standing) -> Begun:
    return situation.begin(work.policy, standing)


def _put_off(work: Answering, session: Session, pending: Pending, failure: str) -> None:
    """Nothing could answer: let go of the conversation for a moment, and count the try."""
    delay = BACKOFF_SECONDS[min(pending.attempts, len(BACKOFF_SECONDS) - 1)]
    conversation = claim.hold(session, conversation_id=pending.conversation_id, worker=work.worker)
    if conversation is None:
        return
    claim.release(conversation, not_before=clock.now() + timedelta(seconds=delay))
    tried = update(Turn).where(Turn.message_id == pending.message_id, Turn.state == "waiting")
    session.execute(tried.values(attempts=Turn.attempts + 1, last_error=failure[:64]))


def _give_to_people(work: Answering, session: Session, pending: Pending) -> Standing | None:
    conversation = claim.hold(session, conversation_id=pending.conversation_id, worker=work.worker)
    if conversation is None:
        return None
    last_resort.do_hand_over(session, policy=work.policy, conversation=conversation, pending=pending)
    _count_turn(session, pending, outcome="failed", engine="none")
    log.error("a turn was given to people without being understood", extra={"turn": pending.message_id})
    return _go_on(session, conversation, claim.next_pending(session, conversation.id, after_seq=pending.seq))


async def _finish(work: Answering, begun: Begun, reply: EngineReply | None) -> Standing | None:
    """Do what was decided, in one transaction; where the next message stands. A lost race is begun anew."""
    try:
        return await work.in_transaction(_settle, begun, reply)
    except errors.OwnerChanged:
        return await work.in_transaction(_settle, begun, None, overtaken=True)


def _settle(
    work: Answering, session: Session, begun: Begun, reply: EngineReply | None, *, overtaken: bool = False
) -> Standing | None:
    """The turn's transaction; what is next. The same message again where another speaker came first."""
    conversation = claim.hold(session, conversation_id=begun.pending.conversation_id, worker=work.worker)
    if conversation is None:
        return None
    if overtaken or conversation.owner_version != begun.owner_version:
        return _go_on(session, conversation, begun.pending)
    following = claim.next_pending(session, conversation.id, after_seq=begun.pending.seq)
    _carry_out(session, work, conversation, begun, reply)
    return _go_on(session, conversation, following)


def _go_on(session: Session, conversation: Conversation, pending: Pending | None) -> Standing | None:
    """Stay with the conversation for its next message, as it stands now; without one let it go."""
    if pending is None:
        claim.release(conversation)
        return None
    claim.prolong(conversation)
    return situation.read(session, conversation=conversation, pending=pending)


def _carry_out(
    session: Session, work: Answering, conversation: Conversation, begun: Begun, reply: EngineReply | None
) -> None:
    plan = decide.decide(begun.facts, reply, begun.situation, work.rules)
    thread = _Thread(session, conversation, begun)
    if conversation.owner == "agent":
        desk.do_hear(session, conversation=conversation)
    _count(session, work, conversation, begun.pending, plan)
    if plan.helped is not None and conversation.last_article_id is not None:
        feedback.do_note(session, conversation=conversation, helpful=plan.helped)
    _speak(work, thread, plan)
    if plan.hand_off is not None:
        _hand_over(work, thread, begun, plan)
    elif plan.tell_status or plan.tell_certainty:
        _tell_ticket(work, thread, status=plan.tell_status)
    inbox.do_keep(session, conversation=conversation, begun=begun, plan=plan)
    _remember(session, conversation, begun, plan, reply)


def _count(session: Session, work: Answering, conversation: Conversation, pending: Pending, plan: Plan) -> None:
    """Count the complaint under its topics, in the order in which the counter wants them locked."""
    by_risk = work.policy.topic_of_risks(plan.risks)
    for topic in sorted({*plan.topics, *([by_risk] if by_risk else [])}):
        counter.do_mention(
            session,
            policy=work.policy,
            topic=topic,
            message_id=pending.message_id,
            at=pending.at,
            conversation=conversation,
            text=redact.redact(pending.text),
        )


def _speak(work: Answering, thread: "_Thread", plan: Plan) -> None:
    """Danger is answered first and from policy; then the engine's words; then what is offered."""
    if thread.conversation.owner != "agent":
        for kind in plan.risks:
            told = work.policy.risk_words(kind, thread.language)
            if told is not None:
                thread.say(told, author=Author.SYSTEM)
    for answer in plan.answers:
        told = words.in_its_language(answer.text, answer.language, thread.asked_in, thread.language)
        thread.say(told, article_id=answer.article_id, article_question=answer.article_question)
    if plan.words is not None:
        thread.say(words.say(plan.words, thread.language))
    if plan.choices:
        choices = [*plan.choices, thread.human("none_of_these")]
        thread.say(words.say("did_you_mean", thread.language), choices=choices)
    if plan.offer is not None:
        thread.say(words.say(plan.offer, thread.language), choices=[thread.human("talk_to_a_person")])


def _hand_over(work: Answering, thread: "_Thread", begun: Begun, plan: Plan) -> None:
    ticket = handoff.do_hand_off(
        thread.session,
        policy=work.policy,
        conversation=thread.conversation,
        message_id=begun.pending.message_id,
        facts=begun.facts.as_dict(),
        reason=plan.hand_off or "",
        request_type=plan.request_type,
        topic=plan.topics[0] if plan.topics else None,
        signals=[name for name in (plan.outcome, plan.intent, *plan.risks) if name],
        repetition=situation.repetition(thread.session, thread.conversation, begun.pending),
        summary=redact.redact(begun.pending.text),
    )
    if thread.conversation.owner == "agent":
        return
    promised = desk_words.promise(work.policy, ticket, language=thread.language, now=clock.now())
    thread.say(promised, author=Author.SYSTEM)
    thread.conversation.told_at = clock.now()


def _tell_ticket(work: Answering, thread: "_Thread", *, status: bool) -> None:
    ticket = handoff.unsettled(thread.session, thread.conversation.id)
    if ticket is None:
        return
    told = desk_words.status if status else desk_words.queue
    thread.say(told(work.policy, ticket, language=thread.language, now=clock.now()), author=Author.SYSTEM)
    thread.conversation.told_at = clock.now()


def _remember(
    session: Session, conversation: Conversation, begun: Begun, plan: Plan, reply: EngineReply | None
) -> None:
    """Settle the turn, and keep what the next one needs to know."""
    conversation.misses += plan.miss
    conversation.complaints += bool(plan.topics)
    if plan.outcome != decide.REPEATED:
        conversation.last_article_id = plan.answers[-1].article_id if plan.answers else None
    conversation.last_outcome = plan.standing[:OUTCOME_CHARACTERS]
    conversation.human_offered = plan.offer is not None or (bool(plan.choices) and not plan.answers)
    conversation.episode_turns += 1
    engine = reply.engine if reply else "none"
    done = {
        "settled_id": begun.pending.message_id,
        "answered_at": clock.now(),
        "engine": engine,
        "intent": plan.intent,
        "confidence": plan.confidence,
        "outcome": plan.outcome,
        "facts": begun.facts.as_dict(),
        "recount": "due" if _is_to_be_recounted(reply) else None,
    }
    session.connection().execute(_SETTLED, done)
    _count_turn(session, begun.pending, outcome=plan.outcome, engine=engine)


def _count_turn(session: Session, pending: Pending, *, outcome: str, engine: str) -> None:
    """Once it is durable, for /metrics and for whoever reads along at debug."""

    def count() -> None:
        seconds = (clock.now() - pending.accepted_at).total_seconds()
        metrics.TURNS.labels(outcome, engine).inc()
        metrics.TURN_SECONDS.observe(max(0.0, seconds))
        settled = {"turn": pending.message_id, "outcome": outcome, "engine": engine, "seconds": round(seconds, 3)}
        log.debug("turn settled", extra=settled)

    after_commit(session, count)


def _is_to_be_recounted(reply: EngineReply | None) -> bool:
    """Whether Rasa did not see it, or saw it without its vector: then its complaint was not counted."""
    if reply is None or reply.engine == "knowledge":
        return True
    return any(signal.extra.get("degraded") for signal in reply.signals)


class _Thread:
    """Where this turn's words go: each says which message it answers and which part it is, so it is said once."""

    def __init__(self, session: Session, conversation: Conversation, begun: Begun) -> None:
        self.session = session
        self.conversation = conversation
        self._message_id = begun.pending.message_id
        self.language = begun.turn.language
        self.asked_in = begun.facts.language if begun.facts.language != situation.UNTOLD else self.language
        self._part = 0

    def say(self, text: str, *, author: Author = Author.BOT, choices: list[Any] | None = None, **source: Any) -> None:
        delivery.do_say(
            self.session,
            conversation=self.conversation,
            author=author,
            text=text,
            kind=Kind.CHOICES if choices else Kind.TEXT,
            choices=choices,
            in_reply_to=self._message_id,
            part=self._part,
            **source,
        )
        self._part += 1

    def human(self, name: str) -> dict[str, str]:
        return {"title": words.say(name, self.language), "payload": wire.HUMAN_CHOICE}
