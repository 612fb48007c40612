"""Dangers told indirectly, misspelt or in the middle of a story are heard; what shares only their words is not."""

from pathlib import Path

import pytest
import yaml

from bot.understanding import facts
from bot.understanding.risk import KINDS

NOTHING = "nothing"


def told(language: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / f"grave.{language}.yml").read_text("utf-8"))
    return groups


def kinds(text: str) -> set[str]:
    return {risk.kind for risk in facts.read(text).risks}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_danger_is_heard_however_it_is_told(language: str, kind: str) -> None:
    assert [text for text in told(language)[kind] if kind not in kinds(text)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_only_sounds_like_a_danger_is_none(language: str) -> None:
    assert {text: found for text in told(language)[NOTHING] if (found := kinds(text))} == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We sat down to eat when water began dripping from the lamp into the fuse box. What now?", "fuse"),
        (
            "i honestly think everybody would be happier if i was gone, anyway where is my refund",
            "happier if i was gone",
        ),
        ("my laywer will write to you", "laywer will"),
        ("昨天下午两点多，娃把遥控器里的纽扣电池吞下去了，怎么办", "电池吞下"),
        ("退款的事算了，我活够了", "活够了"),
        ("前几天他拍了视频发到网上", "视频发到"),
    ],
)
def test_the_words_that_name_a_danger_are_shown_as_they_were_written(text: str, words: str) -> None:
    assert any(words in risk.words and risk.words in text for risk in facts.read(text).risks)


@pytest.mark.parametrize("text", ["my spars are loose", "a layer of paint", "the soke is cold", "I parked outside"])
def test_a_word_of_its_own_is_no_slip(text: str) -> None:
    assert facts.read(text).risks == ()
