import pytest

from bot.understanding import facts
from tests.understanding.said import cases


@pytest.mark.parametrize(("_kind", "group", "sentence"), cases("asks_human"))
def test_a_wish_for_a_person_is_heard_in_whatever_words(_kind: str, group: str, sentence: str) -> None:
    words = facts.read(sentence).asks_human
    assert bool(words) == (group == "must"), words


@pytest.mark.parametrize(("_kind", "group", "sentence"), cases("asks_ticket_status"))
def test_a_question_about_the_request_is_told_from_one_about_the_order(_kind: str, group: str, sentence: str) -> None:
    words = facts.read(sentence).asks_ticket_status
    assert bool(words) == (group == "must"), words


def test_the_words_are_the_customers() -> None:
    assert facts.read("Can I speak to a REAL person??").asks_human == ("speak to a REAL person",)
    assert facts.read("麻煩幫我轉人工").asks_human == ("轉人工",)


def test_a_single_word_asks_for_a_person_only_when_it_stands_alone() -> None:
    assert facts.read("Agent, please!").asks_human
    assert not facts.read("the agent of the courier rang").asks_human
