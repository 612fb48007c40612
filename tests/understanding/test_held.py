"""The hard held set keeps its shape, and stands apart from all that the project learns from."""

import re
from collections import Counter

import pytest
import yaml

from bench import held
from bench.held import Message, overlap
from bot.core.settings import PROJECT_ROOT
from bot.understanding import risk
from knowledge_index import seed

HELD = {language: held.messages(language) for language in held.LANGUAGES}
EVERYTHING = [message for messages in HELD.values() for message in messages]
MESSAGES_A_LANGUAGE = 300
FEWEST = {"two_questions": 40, "oos": 70, "near_miss": 35}
FEWEST_WITHOUT_AN_ANSWER = 70
FEWEST_WITH_A_RISK = 40
FEWEST_AN_INTENT = 3
ANGRY_SHARE = (0.2, 0.3)


@pytest.fixture(scope="module")
def intents() -> set[str]:
    domain = yaml.safe_load((PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8"))
    return {name for entry in domain["intents"] for name in entry}


@pytest.fixture(scope="module")
def articles() -> set[str]:
    return {article["id"].rpartition(".")[0] for article in seed.articles()}


@pytest.fixture(scope="module")
def written() -> overlap.Sentences:
    return overlap.written()


def test_each_language_has_its_messages_and_each_its_own_id() -> None:
    for language, messages in HELD.items():
        assert [message.id for message in messages] == [f"{language}-{n + 1:03}" for n in range(MESSAGES_A_LANGUAGE)]


def test_every_label_is_one_that_there_is(intents: set[str], articles: set[str]) -> None:
    for message in EVERYTHING:
        assert isinstance(message.text, str), message.id
        assert {question.intent for question in message.questions} <= intents | {held.NO_INTENT}, message.id
        assert {*message.articles, *message.also} <= articles, message.id
        assert message.anger in (0, 1, 2), message.id
        assert isinstance(message.urgency, bool), message.id
        assert set(message.risk) <= set(held.RISKS), message.id
        assert set(message.tags) <= held.TAGS, message.id


def test_the_risks_are_those_that_the_product_knows() -> None:
    assert held.RISKS == risk.KINDS


def test_the_labels_of_a_message_agree_with_each_other() -> None:
    for message in EVERYTHING:
        assert (message.second is not None) == ("two_questions" in message.tags), message.id
        assert not set(message.also) & set(message.articles), message.id
        if "oos" in message.tags:
            assert len(message.articles) < len(message.questions), message.id
        if "near_miss" in message.tags:
            assert "oos" in message.tags, message.id


@pytest.mark.parametrize("language", held.LANGUAGES)
def test_the_set_is_hard_in_every_way_it_promises(language: str, intents: set[str]) -> None:
    messages = HELD[language]
    tags = Counter(tag for message in messages for tag in message.tags)
    for tag, fewest in FEWEST.items():
        assert tags[tag] >= fewest, tag
    asked = Counter(question.intent for message in messages for question in message.questions)
    assert [intent for intent in intents if asked[intent] < FEWEST_AN_INTENT] == []
    assert sum(not message.answerable for message in messages) >= FEWEST_WITHOUT_AN_ANSWER
    low, high = ANGRY_SHARE
    assert low <= sum(message.anger > 0 for message in messages) / len(messages) <= high
    assert sum(bool(message.risk) for message in messages) >= FEWEST_WITH_A_RISK


def test_a_near_copy_would_be_found(written: overlap.Sentences) -> None:
    assert "how do I pair my new camera" in written.near("How do I pair my old camera?")
    assert "where is my parcel" in written.near("Where is my parcel?!")
    assert list(overlap.Sentences(["我的摄像头怎么连不上网"]).near("我的摄像头怎么总连不上网")) != []


@pytest.mark.parametrize("language", held.LANGUAGES)
def test_no_message_stands_in_what_the_project_learns_from(language: str, written: overlap.Sentences) -> None:
    near = {message.id: found for message in HELD[language] if (found := list(written.near(message.text)))}
    assert near == {}, "reword the sentence that came near, not the held message"


def test_no_two_messages_say_the_same_in_the_same_words() -> None:
    ours = overlap.Sentences(message.text for message in EVERYTHING)
    again = [near for message in EVERYTHING for near in ours.near(message.text) if near != message.text]
    assert again == []
    assert len({message.text for message in EVERYTHING}) == len(EVERYTHING)


def test_no_card_number_is_somebodys() -> None:
    """Those that pass the check digit are the numbers that payment services publish for tests."""
    published = {"4242424242424242", "4000000000000002", "5555555555554444", "4111111111111111"}
    assert {number for message in EVERYTHING for number in _cards(message)} <= published


def _cards(message: Message) -> set[str]:
    found = (re.sub(r"\D", "", text) for text in re.findall(r"\d(?:[ -]?\d){12,18}", message.text))
    return {number for number in found if _passes_luhn(number)}


def _passes_luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + doubled) % 10 == 0
