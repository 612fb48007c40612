"""How urgent a case is, by the shipped rules."""

from typing import Any

import pytest

from bot.desk.priority import Assessment, assess, case_of, merged
from bot.policy.load import load
from bot.policy.shapes import Level

POLICY = load()


def level(facts: dict[str, Any] | None = None, **told: Any) -> Level:
    return assessed(facts, **told).level


def assessed(facts: dict[str, Any] | None = None, **told: Any) -> Assessment:
    asked = {"request_type": "question", "topic": None, **told}
    return assess(POLICY.priority, case_of(POLICY, facts=facts or {}, **asked))


def anger(value: float, words: str = "this is a joke") -> dict[str, Any]:
    return {"anger": {"value": value, "reasons": [{"words": words, "rule": "x"}]}}


def risk(kind: str, words: str = "…") -> dict[str, Any]:
    return {"risks": [{"kind": kind, "words": words}]}


def test_a_plain_question_is_normal_and_a_kind_word_is_low() -> None:
    assert level() == Level.NORMAL
    assert level(request_type="praise") == Level.LOW


def test_anger_raises_and_fury_raises_more() -> None:
    assert level(anger(0.3)) == Level.NORMAL
    assert level(anger(0.5)) == Level.HIGH
    assert level(anger(0.9), repetition=3) == Level.URGENT


@pytest.mark.parametrize("kind", ["safety", "self_harm"])
def test_danger_to_people_is_urgent_however_calmly_it_is_written(kind: str) -> None:
    assert level(risk(kind), request_type="praise") == Level.URGENT


@pytest.mark.parametrize("kind", ["legal", "media", "regulator", "data"])
def test_other_risks_are_high_at_least(kind: str) -> None:
    assert level(risk(kind)) == Level.HIGH


def test_impact_and_urgency_multiply() -> None:
    urgent = {"urgency": {"value": 0.8, "reasons": []}}
    assert level(urgent) == Level.HIGH
    assert level(urgent, request_type="complaint", topic="billing_wrong") == Level.URGENT
    assert level(request_type="complaint", topic="billing_wrong") == Level.NORMAL


def test_asking_again_counts() -> None:
    assert assessed(repetition=2).points == assessed().points + 1
    assert assessed(repetition=5).points == assessed().points + 3


def test_a_grave_topic_is_urgent_by_itself() -> None:
    assert level(request_type="complaint", topic="safety_hazard") == Level.URGENT


def test_reasons_quote_the_customers_own_words_once_in_both_languages() -> None:
    facts = {"risks": [{"kind": "media", "words": "the press"}, {"kind": "media", "words": "the press"}]}
    reason = next(r for r in assessed(facts).reasons if r["rule"] == "media")
    assert reason["words"] == ["the press"]
    assert reason["text"] == {
        "en": "Press or social media is named: the press",
        "zh": "提到媒体或网络曝光：the press",
    }


def test_braces_in_a_customers_words_are_only_words() -> None:
    reason = next(r for r in assessed(anger(0.9, words="{tier} {0}")).reasons if r["rule"] == "furious")
    assert "{tier} {0}" in reason["text"]["en"]


def test_a_newer_reason_takes_the_place_of_the_same_rules_older_one() -> None:
    old = [{"rule": "a", "n": 1}, {"rule": "b", "n": 1}]
    assert merged(old, [{"rule": "a", "n": 2}]) == [{"rule": "a", "n": 2}, {"rule": "b", "n": 1}]
