"""The pieces of a text that the intents' second opinion reads."""

import numpy as np
import pytest

from bot.nlu.grams import LONGEST_TEXT, Vocabulary, grams


def test_words_come_in_pieces_and_chinese_in_single_and_double_characters() -> None:
    assert set(grams("Hub")) == {" h", "hu", "ub", "b ", " hu", "hub", "ub ", " hub", "hub ", " hub "}
    assert set(grams("退货")) == {"退", "货", "退货"}
    assert grams("wifi断了")["断了"] == 1
    assert grams("ha ha")[" ha "] == 2


def test_a_slip_leaves_most_pieces_as_they_were() -> None:
    right, wrong = set(grams("delivery")), set(grams("delivrey"))
    assert len(right & wrong) > len(right) / 4


@pytest.mark.parametrize("text", ["", "   ", "\n", "🙂", "never seen", "a" * 4000, "的" * 4000, "\u200b"])
def test_any_text_has_its_weights(text: str) -> None:
    places, values = Vocabulary.of(["the parcel is late", "快递晚了"]).weighed(text)
    assert len(places) == len(values)
    assert np.isfinite(values).all()


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert grams("x" * 100_000) == grams("x" * LONGEST_TEXT)


def test_what_is_rare_weighs_more() -> None:
    vocabulary = Vocabulary.of(["换货", "换人", "换壳"])
    places, values = vocabulary.weighed("换人")
    weight = {vocabulary.names[place]: value for place, value in zip(places, values, strict=True)}
    assert weight["人"] > weight["换"]


def test_a_single_word_speaks_less_loudly_than_a_sentence() -> None:
    vocabulary = Vocabulary.of(["my account is blocked", "the app does not start", "how do I open an account"])
    lengths = [float(np.linalg.norm(vocabulary.weighed(text)[1])) for text in ("account", "my account is blocked")]
    assert lengths[0] < 0.8
    assert lengths[1] > 0.95
