"""The Rasa project hangs together: intents, examples, rules, responses and test stories name each other."""

from collections import Counter

import pytest

from bot import wire
from tests.rasa.project import FALLBACK, LANGUAGES, examples, intents, read, rules, sentences, steps

FEWEST_INTENTS = 30
FEWEST_COMPLAINTS = 10
FEWEST_EXAMPLES = 20
SAID = {"action_talk", "action_complaint"}


def by_language(texts: list[str]) -> Counter[str]:
    return Counter(wire.script_language(text) for text in texts)


def bare(text: str) -> str:
    """The letters and digits alone: "Hey!" and "hey 👋" are one example written twice."""
    return "".join(character for character in text.casefold() if character.isalnum())


def test_the_shop_knows_enough_intents_and_topics_of_complaint() -> None:
    assert len(intents()) >= FEWEST_INTENTS
    assert sum(intent.startswith("complain_") for intent in intents()) >= FEWEST_COMPLAINTS


def test_every_intent_has_one_rule_and_every_rule_ends_in_an_action_of_ours() -> None:
    assert rules().keys() == intents() | {FALLBACK}
    assert set(rules().values()) == set(read("domain.yml")["actions"])


def test_every_intent_has_enough_examples_in_both_languages() -> None:
    given = examples("data/nlu/*.yml")
    assert given.keys() == intents()
    short = {intent for intent, texts in given.items() for n in LANGUAGES if by_language(texts)[n] < FEWEST_EXAMPLES}
    assert not short


def test_no_example_stands_twice_or_under_two_intents() -> None:
    times = Counter(bare(text) for texts in examples("data/nlu/*.yml").values() for text in texts)
    assert [text for text, count in times.items() if count > 1] == []


def test_no_held_out_sentence_is_trained_on() -> None:
    trained = {bare(text) for texts in examples("data/nlu/*.yml").values() for text in texts}
    held = {bare(text) for texts in examples("tests/rasa/heldout.yml").values() for text in texts}
    assert not trained & held


def test_no_sentence_of_a_test_story_is_trained_on() -> None:
    trained = {bare(text) for texts in examples("data/nlu/*.yml").values() for text in texts}
    assert not trained & {bare(said) for said in sentences("tests/rasa/e2e/test_*.yml")}


def test_whatever_an_action_says_is_written_in_both_languages() -> None:
    needed = {f"utter_{intent}" for intent, action in rules().items() if action in SAID}
    needed |= {"utter_suggestion", "utter_praise", "utter_no_ticket"}
    responses = read("data/responses.yml")["responses"]
    assert needed == responses.keys()
    for name in responses:
        conditions = [variant.get("condition") for variant in responses[name]]
        assert conditions.count(None) >= 1, name
        assert any(one and one[0] == {"type": "slot", "name": "language", "value": "zh"} for one in conditions), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_walked_in_a_test_story(language: str) -> None:
    walked = set()
    for story in steps("tests/rasa/e2e/test_*.yml", "stories").values():
        for said, done in zip(story[::2], story[1::2], strict=True):
            if wire.script_language(said["user"]) == language:
                walked.add((said["intent"], done["action"]))
    assert walked == set(rules().items())
