import pytest

from bot.understanding import facts
from bot.understanding.risk import KINDS
from tests.understanding.said import cases, everything, sentences


@pytest.mark.parametrize(("kind", "group", "sentence"), cases(*KINDS))
def test_dangers_are_heard_and_harmless_words_are_not(kind: str, group: str, sentence: str) -> None:
    found = [risk for risk in facts.read(sentence).risks if risk.kind == kind]
    assert bool(found) == (group == "must"), found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_words_of_despair_page_a_person_for_self_harm(language: str) -> None:
    despair = sentences(language)["self_harm"]["must"]
    heard = {text for text in everything() if any(risk.kind == "self_harm" for risk in facts.read(text).risks)}
    assert heard >= set(despair)
    assert heard <= {text for each in ("en", "zh") for text in sentences(each)["self_harm"]["must"]}


def test_several_dangers_are_all_told_gravest_first() -> None:
    risks = facts.read("我要发小红书曝光，还要找律师，门锁都冒烟了").risks
    assert [risk.kind for risk in risks] == ["safety", "legal", "media", "media"]


def test_a_danger_beside_a_harmless_word_is_still_heard() -> None:
    assert [risk.words for risk in facts.read("the smoke detector itself is smoking").risks] == ["smoking"]
    assert [risk.words for risk in facts.read("烟雾报警器冒烟了").risks] == ["冒烟"]


def test_traditional_characters_are_quoted_as_they_were_written() -> None:
    assert [risk.words for risk in facts.read("插座燒焦了").risks] == ["燒焦"]
