"""Any text at all: facts come out, and never an exception.

The same each time; `FIREBREAK_EXAMPLES=10000` tries harder.
"""

import json
import os
import sys

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.understanding import facts, matcher
from bot.understanding.clean import clean, fold
from bot.understanding.language import detect
from bot.understanding.redact import redact

EXAMPLES = int(os.environ.get("FIREBREAK_EXAMPLES", "150"))
WORDS = (
    "no", "not", "never", "angry", "fire", "smoke", "order", "AB1234567", "call me on", "person", "human", "agent",
    "没有", "不", "投诉", "冒烟", "人工", "订单号", "13800138000", "4111 1111 1111 1111", "GB82WEST12345698765432",
    "11010519491231002X", "a@b.example", "+44 20 7946 0958", "$ 12.50", "12元", "！", "?!", "\n", "\u200b", "\u202e",
    "👍🏽", "ﬁ", "İ", "ß", "\u0301", "/", "１２３", "臺灣", "٣",
)  # fmt: skip
anything = st.text(st.characters(), max_size=80)
like_messages = st.lists(st.sampled_from(WORDS) | anything.filter(lambda text: len(text) < 6), max_size=30).flatmap(
    lambda parts: st.sampled_from(["", " "]).map(lambda between: between.join(parts))
)
texts = anything | like_messages
fuzz = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@fuzz
@given(text=texts)
@example(text="")
@example(text="\x00\ud800\udfff")
def test_facts_are_read_off_any_text(text: str) -> None:
    found = facts.read(text)
    assert len(found.text) == len(text)
    assert found.reply_language in ("en", "zh")
    assert found.language == detect(clean(text))
    found.text.encode("utf-8")
    json.dumps(found.as_dict())
    ends = 0
    for entity in found.entities:
        assert ends <= entity.start < entity.end <= len(text)
        ends = entity.end


@fuzz
@given(text=texts)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@fuzz
@given(text=texts)
def test_no_text_makes_more_hits_than_it_has_characters(text: str) -> None:
    hits = matcher.find(fold(clean(text)))
    assert len(hits) <= 5 * len(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


@pytest.mark.parametrize("unit", ["1", "1 ", "0 1-", "a@", "a.", "order ", "没有", "不", "!", "(", "字", "AB-"])
def test_a_long_text_is_read_in_steps_that_grow_with_its_length(unit: str) -> None:
    """Twice the text is no more than about twice the calls of Python that it takes."""
    short, long = (calls_of(unit * (size // len(unit))) for size in (1000, 4000))
    assert long <= 6 * short + 1000


def calls_of(text: str) -> int:
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    facts.read("warm")
    sys.setprofile(counted)
    try:
        facts.read(text)
        redact(text)
    finally:
        sys.setprofile(None)
    return count
