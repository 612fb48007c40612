"""What is learnt is learnt from our own sentences, as they stand; and what is learnt says where it comes from."""

import json

import numpy as np
import pytest

from bot.understanding import learn, tone
from bot.understanding.clean import clean, fold
from bot.understanding.learn import Example

LEARNT = json.loads(tone.LEARNT.read_text("utf-8"))
ANGRY = ("how dare you lie to me", "this is a lie and you know it", "you lied again, shame on you")
CALM = ("the lamp is on the table", "how is the weather there", "you gave me a lamp, thank you")


@pytest.fixture(scope="module")
def taught() -> list[Example]:
    return [*(Example(text, "en", "angry") for text in ANGRY), *(Example(text, "en", "glad") for text in CALM)]


def test_what_is_kept_was_learnt_from_the_sentences_as_they_stand() -> None:
    """Who changes examples/ runs `firebreak tone`."""
    assert LEARNT["examples"] == learn.digest()


def test_every_sentence_stands_once_in_one_group() -> None:
    texts = [example.text.lower() for example in learn.examples()]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []
    assert {example.group for example in learn.examples()} >= set(learn.ANGER_IN)


def test_words_of_angry_sentences_weigh_for_anger(taught: list[Example]) -> None:
    head = learn.words_head(taught)
    assert head["grams"]["you "] > 0 > head["grams"]["lamp "]
    assert head["bias"] < 0


def test_a_vector_is_judged_by_where_angry_ones_lie(taught: list[Example]) -> None:
    towards = np.array(
        [[1.0, 0.1 * place] if example.anger else [0.1 * place, 1.0] for place, example in enumerate(taught)]
    )
    head = learn.vector_head(taught, towards.astype(np.float32), model="a model")
    odds = [head["bias"] + float(np.dot(head["weights"], vector)) for vector in towards]
    assert min(odds[: len(ANGRY)]) > max(odds[len(ANGRY) :])
    assert head["digest"] == "a model"


@pytest.mark.parametrize("embedding", ["en", "multi"])
def test_a_vector_of_the_right_model_has_odds_and_one_of_another_has_none(embedding: str) -> None:
    vector = [0.05] * len(LEARNT["vectors"][embedding]["weights"])
    model = tone.digest_of(embedding)
    assert tone.vector_odds(vector, embedding=embedding, digest=model) is not None
    assert tone.vector_odds(vector, embedding=embedding, digest="another") is None
    assert tone.vector_odds(vector[1:], embedding=embedding, digest=model) is None
    assert tone.vector_odds(vector, embedding="unknown", digest=model) is None


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        (
            "Good morning. You lied to me and I am sick of it! My order is AB1234567.",
            "You lied to me and I am sick of it!",
        ),
        ("订单号是AB1234567。你们这帮骗子，还我钱", "你们这帮骗子"),
    ],
)
def test_the_clause_that_sounds_angriest_is_the_one_that_is_quoted(text: str, phrase: str) -> None:
    assert text[slice(*tone.read_tone(fold(clean(text))).phrase)] == phrase


def test_learnt_weights_are_told_apart_by_sign_alone() -> None:
    odds = {text: tone.read_tone(fold(text)).odds for text in (*ANGRY, *CALM)}
    assert min(odds[text] for text in ANGRY) > max(odds[text] for text in CALM)
