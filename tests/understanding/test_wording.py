"""What an agent had better not send is told with its words; what is said kindly and carefully is not."""

import pytest

from bot.understanding.load import AGENTS_KINDS
from bot.understanding.wording import Doubt, doubts
from tests.understanding.said import cases


@pytest.mark.parametrize(("kind", "group", "sentence"), cases(*sorted(AGENTS_KINDS)))
def test_words_that_hurt_and_promises_that_nobody_can_keep_are_told(kind: str, group: str, sentence: str) -> None:
    found = [doubt for doubt in doubts(sentence) if doubt.kind == kind]
    assert bool(found) == (group == "must"), found
    assert all(sentence[doubt.start : doubt.end] == doubt.words for doubt in found)


def test_every_doubt_of_a_draft_is_told_in_order() -> None:
    found = doubts("Calm down, I promise that it will work. 我保證明天到。")
    assert [(doubt.kind, doubt.words) for doubt in found] == [
        ("hurtful", "Calm down"),
        ("overpromise", "I promise"),
        ("overpromise", "保證"),
    ]


@pytest.mark.parametrize("draft", ["", "\x00\ud800", "😀" * 4000, "a" * 4000, "保" * 4000])
def test_any_draft_is_read(draft: str) -> None:
    assert doubts(draft) == ()


def test_a_draft_may_be_as_long_as_a_message() -> None:
    found = doubts("绝对" * 2000)
    assert len(found) == 2000
    assert found[0] == Doubt("overpromise", "绝对", 0, 2)
