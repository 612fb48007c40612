"""What to do about a message: facts, the engine's reply and the situation in, a plan out. Pure; every rule is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import wire
from bot.chat.models import Owner
from bot.dialogue import signals
from bot.dialogue.engine import EngineReply, Signal
from bot.understanding.facts import Facts

URGENT_RISKS = ("safety", "self_harm")

REQUEST_TYPES = {
    "device_offline": "technical",
    "pairing_help": "technical",
    "firmware_update": "technical",
    "battery_change": "technical",
    "account_login": "technical",
    "repair_request": "repair",
    "warranty_claim": "repair",
    "installation_service": "repair",
    "suggestion": "suggestion",
    "praise": "praise",
}

SMALL_WORDS = (wire.SAID, wire.SUGGESTION, wire.PRAISE)
AGAIN = {
    "thanks": "closing_again",
    "goodbye": "closing_again",
    "praise": "closing_again",
    "give_details": "noted_again",
    "suggestion": "noted_again",
}
"""What is said where the same small words would come twice in a row; for all others `still_here`."""


NOISE = "noise"
ONLY_NAMED = "only_named"
DENIED = "denied"
"""Reasons of an `unanswered` signal: no message at all; the name of a thing that no article is near; nothing but what
is not wanted or not so."""
OFFERS = {NOISE: "offer_human", DENIED: "offer_after_denial"}


REPEATED = "repeated"
"""The outcome of a turn whose answer was the last one again: that one stays what the next is compared with."""

SEVERAL = "gave"
"""Before the number of articles in how a turn is remembered."""


@dataclass(frozen=True)
class Rules:
    """The numbers of this file, from `policy/dialogue.yml`."""

    anger_hands_over: float
    misses_hand_over: int
    complaints_hand_over: int


@dataclass(frozen=True)
class Situation:
    """Where the conversation stands when the message is answered."""

    owner: str
    misses: int = 0
    human_offered: bool = False
    has_ticket: bool = False
    complaints_before: int = 0
    last_article_id: str | None = None
    given_last: frozenset[str] = frozenset()
    """Every article of the last turn, where it gave several."""
    last_outcome: str | None = None
    told_recently: bool = False
    wants_human_by_choice: bool = False


@dataclass(frozen=True)
class Answer:
    """Words of the bot, with the article that they come from."""

    text: str
    article_id: str | None = None
    article_question: str | None = None
    language: str | None = None


@dataclass
class Plan:
    """What the turn's transaction does. `outcome` is how the turn is remembered.

    `words` names a sentence of ours in place of the engine's. `helped`: what the message says of the last answer.
    """

    outcome: str
    answers: list[Answer] = field(default_factory=list)
    choices: list[dict[str, str]] = field(default_factory=list)
    risks: tuple[str, ...] = ()
    hand_off: str | None = None
    request_type: str = "question"
    topics: tuple[str, ...] = ()
    gap: str | None = None
    wish: bool = False
    miss: bool = False
    offer: str | None = None
    tell_status: bool = False
    tell_certainty: bool = False
    words: str | None = None
    helped: bool | None = None
    intent: str = ""
    confidence: float = 0.0

    @property
    def standing(self) -> str:
        """What the next turn has to know of this one; at its end how many articles it gave, if several."""
        given = sum(answer.article_id is not None for answer in self.answers)
        several = f"{SEVERAL}{given}" if given > 1 else None
        return ":".join(filter(None, (self.outcome, self.intent, self.words, several)))


def decide(facts: Facts, reply: EngineReply | None, situation: Situation, rules: Rules) -> Plan:
    """The plan for one message. Danger first, then anger, then what was asked for, then what was answered.

    Without a reply, because nothing could answer, a person takes over.
    """
    failed = reply is None
    reply = reply or EngineReply((), (Signal(wire.UNANSWERED),), "none")
    main = reply.signals[0]
    plan = Plan(
        outcome=main.name,
        topics=topics_of(reply),
        intent=main.intent,
        confidence=main.confidence,
        risks=tuple(dict.fromkeys(risk.kind for risk in facts.risks)),
        request_type=_request_type(reply, main),
        wish=signals.first(reply.signals, wire.SUGGESTION) is not None,
    )
    reason = hands_over(facts, reply, situation, rules)
    if situation.owner == Owner.AGENT:
        return _under_an_agent(plan, reason)
    if situation.owner == Owner.QUEUE:
        return _in_the_queue(plan, facts, reply, situation, reason)
    plan.helped = _helped(main, situation)
    if reason is not None or failed:
        return _hand_off(plan, reason or "time_out")
    return _never_silent(_by_the_bot(plan, reply, situation, rules), situation, rules)


def hands_over(facts: Facts, reply: EngineReply | None, situation: Situation, rules: Rules) -> str | None:
    """Why a person takes over at once, before anything is answered; None when nothing calls for it."""
    kinds = {risk.kind for risk in facts.risks}
    if kinds:
        return next((kind for kind in URGENT_RISKS if kind in kinds), min(kinds))
    if facts.anger.value >= rules.anger_hands_over:
        return "angry"
    if situation.wants_human_by_choice or facts.asks_human:
        return "asked"
    if reply is None:
        return None
    if signals.first(reply.signals, wire.HANDOFF):
        return "asked"
    accepted = reply.signals[0].intent == "affirm" and situation.human_offered
    return "accepted" if accepted else None


def _under_an_agent(plan: Plan, reason: str | None) -> Plan:
    """Nothing is said; but danger raises the ticket, for the agent may be looking elsewhere."""
    plan.outcome = "with_agent"
    plan.hand_off = reason if reason in URGENT_RISKS else None
    return plan


def _in_the_queue(plan: Plan, facts: Facts, reply: EngineReply, situation: Situation, reason: str | None) -> Plan:
    """Nobody has it yet: the system gives certainty, and what is new raises the ticket."""
    if reason in (*URGENT_RISKS, "angry") or (plan.risks and reason):
        return _hand_off(plan, reason or "angry")
    asks = bool(facts.asks_ticket_status or signals.first(reply.signals, wire.TICKET_STATUS, wire.HANDOFF))
    plan.outcome = "in_queue"
    plan.tell_status = asks or reason == "asked"
    plan.tell_certainty = not plan.tell_status and not situation.told_recently
    return plan


def _by_the_bot(plan: Plan, reply: EngineReply, situation: Situation, rules: Rules) -> Plan:
    main = reply.signals[0]
    texts = [Answer(text) for text in reply.texts]
    match main.name:
        case wire.TICKET_STATUS:
            plan.tell_status = situation.has_ticket
            plan.answers = [] if situation.has_ticket else texts
            if texts and plan.answers and plan.standing == situation.last_outcome:
                return _missed(plan, situation, rules, offer="offer_human", gap="repeated")
        case wire.COMPLAINT:
            plan.choices = [*main.extra.get("choices", ())]
            return _complaint(plan, [*texts, *_beside(main, situation)], situation, rules)
        case wire.ANSWERED:
            return _answered(plan, reply, main, situation, rules)
        case wire.CHOICES:
            return _choices(plan, main, situation, rules)
        case wire.UNANSWERED:
            return _unanswered(plan, main, situation, rules)
        case wire.NOT_HELPFUL:
            return _missed(plan, situation, rules, offer="offer_after_not_helpful", gap="not_helpful")
        case wire.SAID if main.intent == "correct_me" and _answered_before(situation):
            return _missed(plan, situation, rules, offer="offer_after_correction", gap="not_helpful")
        case name if name in SMALL_WORDS and plan.standing == situation.last_outcome:
            plan.words = AGAIN.get(main.intent, "still_here")
        case _:
            plan.answers = texts
    return plan


def articles_given(last_outcome: str | None) -> int:
    """How many articles the remembered turn gave, where those were several; else 0."""
    _, _, end = (last_outcome or "").rpartition(":")
    number = end.removeprefix(SEVERAL)
    return int(number) if end != number and number.isdigit() else 0


def goes_on_from_details(situation: Situation) -> bool:
    """Whether the last message complained or told details: what follows may be one detail more."""
    outcome, _, intent = (situation.last_outcome or "").partition(":")
    return outcome == wire.COMPLAINT or intent.startswith("give_details")


def _answered_before(situation: Situation) -> bool:
    return situation.last_article_id is not None or _offered_before(situation)


def _offered_before(situation: Situation) -> bool:
    return _last_outcome(situation) == wire.CHOICES


def _last_outcome(situation: Situation) -> str:
    return (situation.last_outcome or "").partition(":")[0]


def _helped(main: Signal, situation: Situation) -> bool | None:
    """Whether the last answer helped, where the message tells: thanks right after it, or that it did not."""
    if situation.last_article_id is None:
        return None
    if main.name == wire.NOT_HELPFUL or main.intent == "correct_me":
        return False
    return True if main.intent == "thanks" and _last_outcome(situation) != REPEATED else None


def _choices(plan: Plan, main: Signal, situation: Situation, rules: Rules) -> Plan:
    """Who was offered choices and writes on found nothing among them: choices once more are a miss."""
    choices = [*main.extra.get("choices", ())]
    if choices and _offered_before(situation):
        plan = _missed(plan, situation, rules, offer=None, gap="unanswered")
    plan.choices = [] if plan.hand_off else choices
    return plan


def _never_silent(plan: Plan, situation: Situation, rules: Rules) -> Plan:
    """A reply without words is a miss: whoever writes to the bot hears something."""
    if plan.answers or plan.words or plan.choices or plan.offer or plan.tell_status or plan.hand_off:
        return plan
    return _missed(plan, situation, rules, offer="offer_human", gap="unanswered")


def _unanswered(plan: Plan, main: Signal, situation: Situation, rules: Rules) -> Plan:
    """What asks nothing teaches editors nothing and calls nobody, however much of it comes; a person is offered all the
    same."""
    reason = main.extra.get("reason")
    if reason in OFFERS:
        plan.offer = "still_here" if plan.standing == situation.last_outcome else OFFERS[reason]
        return plan
    offer = "offer_to_say_more" if reason == ONLY_NAMED else "offer_human"
    return _missed(plan, situation, rules, offer=offer, gap="unanswered")


def _answered(plan: Plan, reply: EngineReply, main: Signal, situation: Situation, rules: Rules) -> Plan:
    first = [_answer_of(text, main.extra) for text in reply.texts[:1]]
    more = [_answer_of(one["text"], one) for one in main.extra.get("more", ())]
    given = situation.given_last | {situation.last_article_id}
    fresh = [one for one in (*first, *more) if one.article_id is None or one.article_id not in given]
    if not fresh and first:
        plan.outcome = REPEATED
        return _missed(plan, situation, rules, offer="already_said", gap="repeated")
    plan.answers = [*fresh, *(Answer(text) for text in reply.texts[1:])]
    plan.choices = [*main.extra.get("choices", ())]
    return plan


def _answer_of(text: str, source: Mapping[str, Any]) -> Answer:
    return Answer(text, source.get("article_id"), source.get("question"), source.get("language"))


def _complaint(plan: Plan, texts: list[Answer], situation: Situation, rules: Rules) -> Plan:
    """A calm first complaint is answered and a person offered; the next one in the episode goes to a person."""
    if situation.complaints_before + 1 >= rules.complaints_hand_over:
        return _hand_off(plan, "complaint")
    plan.answers = texts
    plan.offer = None if plan.choices else "offer_after_complaint"
    return plan


def _beside(main: Signal, situation: Situation) -> list[Answer]:
    """What answers the questions beside a complaint, without what was given in the last turn."""
    given = situation.given_last | {situation.last_article_id}
    answers = [_answer_of(one["text"], one) for one in main.extra.get("more", ())]
    return [answer for answer in answers if answer.article_id not in given]


def _missed(plan: Plan, situation: Situation, rules: Rules, *, offer: str | None, gap: str) -> Plan:
    plan.miss, plan.gap = True, gap
    if situation.misses + 1 >= rules.misses_hand_over:
        return _hand_off(plan, "unresolved")
    plan.offer = offer
    return plan


def _hand_off(plan: Plan, reason: str) -> Plan:
    plan.hand_off = reason
    plan.outcome = wire.HANDOFF
    plan.answers, plan.choices, plan.offer = [], [], None
    return plan


def topics_of(reply: EngineReply) -> tuple[str, ...]:
    """The complaint topics that a reply names, each once."""
    found = [str(s.extra["topic"]) for s in reply.signals if s.name == wire.COMPLAINT and s.extra.get("topic")]
    return tuple(dict.fromkeys(found))


def _request_type(reply: EngineReply, main: Signal) -> str:
    if signals.first(reply.signals, wire.COMPLAINT):
        return "complaint"
    return REQUEST_TYPES.get(main.intent, "question")
