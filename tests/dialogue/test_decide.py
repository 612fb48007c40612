"""The rules alone: facts, a reply and a situation in, a plan out."""

from typing import Any

import pytest

from bot import wire
from bot.dialogue.decide import Rules, Situation, decide
from bot.dialogue.engine import EngineReply, Signal
from bot.understanding import facts

RULES = Rules(anger_hands_over=0.6, misses_hand_over=2, complaints_hand_over=2)
BOT = Situation(owner="bot")


def _reply(name: str, *texts: str, intent: str = "", **extra: object) -> EngineReply:
    return EngineReply(texts, (Signal(name, intent, 0.9, extra),), "scripted")


def test_a_reply_without_words_is_a_miss_and_not_silence() -> None:
    plan = decide(facts.read("hm"), _reply(wire.SAID), BOT, RULES)
    assert plan.offer == "offer_human"
    assert plan.gap == "unanswered"


def test_where_nothing_can_answer_a_person_does_and_nothing_else_is_offered() -> None:
    plan = decide(facts.read("my lock is offline"), None, BOT, RULES)
    assert (plan.hand_off, plan.offer, plan.answers) == ("time_out", None, [])


@pytest.mark.parametrize(("misses", "hands_over"), [(0, None), (1, "unresolved")])
def test_the_second_miss_calls_a_person(misses: int, hands_over: str | None) -> None:
    plan = decide(facts.read("zebra"), _reply(wire.UNANSWERED), Situation(owner="bot", misses=misses), RULES)
    assert plan.hand_off == hands_over


def test_an_answer_does_not_hide_danger() -> None:
    plan = decide(
        facts.read("my lock is smoking, smoke everywhere"), _reply(wire.ANSWERED, "Buy a new one."), BOT, RULES
    )
    assert plan.hand_off == "safety"
    assert plan.answers == []


def test_a_complaint_made_in_anger_is_handed_over_and_still_counted() -> None:
    reply = _reply(wire.COMPLAINT, "We look.", topic="delivery_late")
    plan = decide(facts.read("third time it is late, I am furious, nobody helps"), reply, BOT, RULES)
    assert (plan.hand_off, plan.topics, plan.request_type) == ("angry", ("delivery_late",), "complaint")


@pytest.mark.parametrize(("text", "raised"), [("smoke! fire!", "safety"), ("I am furious, person please", None)])
def test_under_an_agent_nothing_is_said_but_danger_raises_the_ticket(text: str, raised: str | None) -> None:
    plan = decide(facts.read(text), _reply(wire.ANSWERED, "x"), Situation(owner="agent"), RULES)
    assert (plan.answers, plan.hand_off, plan.offer, plan.tell_status) == ([], raised, None, False)


def test_yes_counts_as_consent_only_right_after_the_offer() -> None:
    yes = _reply(wire.SAID, "Good.", intent="affirm")
    assert decide(facts.read("yes"), yes, Situation(owner="bot", human_offered=True), RULES).hand_off == "accepted"
    assert decide(facts.read("yes"), yes, BOT, RULES).hand_off is None


def test_each_question_is_answered_and_the_answer_given_last_is_not_given_again() -> None:
    more = [{"text": "By card.", "article_id": "pay.en", "question": "How can I pay?"}]
    choices = [{"title": "Returns", "payload": "article:return.en"}]
    about: dict[str, Any] = {"article_id": "warranty.en", "question": "Warranty?", "more": more, "choices": choices}
    reply = _reply(wire.ANSWERED, "Two years.", **about)
    plan = decide(facts.read("how long is the warranty and how can I pay"), reply, BOT, RULES)
    assert [(one.text, one.article_id) for one in plan.answers] == [
        ("Two years.", "warranty.en"),
        ("By card.", "pay.en"),
    ]
    assert plan.choices == choices
    again = Situation(owner="bot", last_article_id="warranty.en")
    plan = decide(facts.read("how long is the warranty and how can I pay"), reply, again, RULES)
    assert [one.text for one in plan.answers] == ["By card."]
    assert not plan.miss
