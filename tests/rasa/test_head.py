"""The head of one embedding space: what it learns from vectors and texts, and how sure it says it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import fitting
from bot.nlu.head import Head
from bot.nlu.regression import Floats
from bot.nlu.trust import UNTESTED

RNG = np.random.default_rng(7)
DIRECTIONS = RNG.normal(size=(4, 12))
LABELS = ["a", "b", "c", "d"]


def crowd(count: int, *, noise: float = 0.1, shared: float = 20.0) -> tuple[Floats, list[str]]:
    """Vectors that nearly all point one way, as E5's do, and differ by their label only a little."""
    truth = RNG.integers(0, 4, size=count)
    vectors = shared + DIRECTIONS[truth] + RNG.normal(scale=noise, size=(count, 12))
    return vectors, [LABELS[at] for at in truth]


def learnt(vectors: Floats, labels: list[str], texts: list[str] | None = None) -> Head:
    return fitting.fit(fitting.examples(vectors, labels, texts or ()), c=15)


def right(head: Head, vectors: Floats, truth: list[str], texts: list[str] | None = None) -> float:
    best = head.probabilities(vectors, texts or ()).argmax(axis=1)
    return float(np.mean([head.labels[at] == label for at, label in zip(best, truth, strict=True)]))


def test_it_learns_small_differences_between_vectors_that_all_point_one_way() -> None:
    head = learnt(*crowd(120))
    assert right(head, *crowd(80)) > 0.95


def test_its_probabilities_say_how_often_it_is_right() -> None:
    head = learnt(*crowd(400, noise=1.5))
    vectors, truth = crowd(400, noise=1.5)
    surest = head.probabilities(vectors).max(axis=1)
    assert surest.mean() == pytest.approx(right(head, vectors, truth), abs=0.08)
    assert np.allclose(head.probabilities(vectors).sum(axis=1), 1.0)


def test_words_decide_where_vectors_cannot() -> None:
    words = {"a": "refund please", "b": "换一个新的", "c": "order WX-20", "d": "order WX-30"}
    vectors, truth = crowd(120, noise=8.0)
    texts = [f"{words[label]} {n % 7}" for n, label in enumerate(truth)]
    head = learnt(vectors, truth, texts)
    unseen, labels = crowd(80, noise=8.0)
    said = [f"{words[label]}!" for label in labels]
    assert head.trust[1] > 0
    assert right(head, unseen, labels, said) > right(head, unseen, labels) + 0.1


def test_it_is_less_sure_of_a_text_that_says_less_than_any_example() -> None:
    vectors, truth = crowd(60)
    head = learnt(vectors, truth, [f"the parcel {n} is late" for n in range(60)])
    surest = head.probabilities(vectors[:1].repeat(3, axis=0), ["the parcel 7 is late", "parcel", "x"]).max(axis=1)
    assert surest[0] > 0.8
    assert surest[1] < 0.3
    assert surest[2] < 0.02


def test_a_word_that_is_an_example_says_enough() -> None:
    vectors, truth = crowd(60)
    head = learnt(vectors, truth, ["thanks", *(f"thank you so much {n}" for n in range(59))])
    assert head.probabilities(vectors[:1], ["thanks"]).max() > 0.8


def test_words_that_say_nothing_are_not_listened_to() -> None:
    vectors, truth = crowd(120)
    head = learnt(vectors, truth, [f"word{n}" for n in RNG.permutation(120)])
    assert right(head, vectors, truth, ["never seen"] * 120) > 0.95


def test_it_knows_what_none_of_its_examples_is_about() -> None:
    head = learnt(*crowd(200))
    strangers = 20 + RNG.normal(size=(100, 12))
    known, _ = crowd(100)
    assert np.median(head.none_of_these(known)) < 0.3
    assert np.median(head.none_of_these(strangers)) > 0.7


def test_the_name_of_an_intent_is_an_example_but_never_a_measure_of_it() -> None:
    vectors, truth = crowd(60)
    named = np.vstack([vectors, 20 + DIRECTIONS])
    given = fitting.examples(named, [*truth, *LABELS], (), [False] * 60 + [True] * 4)
    head = fitting.fit(given, c=15)
    assert np.array_equal(head.centre, vectors.mean(axis=0))
    assert right(head, *crowd(80)) > 0.95


@pytest.mark.parametrize(
    ("intent", "words"),
    [("complain_delivery", "complain delivery"), ("faq/Opening-hours", "faq opening hours"), ("退货", "退货")],
)
def test_the_name_of_an_intent_reads_as_words(intent: str, words: str) -> None:
    assert fitting.in_words(intent) == words


def test_it_is_the_same_after_a_journey_through_a_file(tmp_path: Path) -> None:
    vectors, truth = crowd(80)
    texts = [f"{label} 快递 {n % 5}" for n, label in enumerate(truth)]
    head = replace(learnt(vectors, truth, texts), trust=(1.0, 0.3, 0.2))
    head.save(tmp_path / "en.npz")
    again = Head.load(tmp_path / "en.npz")
    assert again.labels == head.labels
    assert np.array_equal(again.probabilities(vectors, texts), head.probabilities(vectors, texts))
    assert np.array_equal(again.none_of_these(vectors), head.none_of_these(vectors))


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "en.npz", labels=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        Head.load(tmp_path / "en.npz")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_two_intents_and_few_examples_are_enough_to_begin_with(count: int) -> None:
    vectors = np.vstack([DIRECTIONS[0] + RNG.normal(scale=0.01, size=(count, 12)), DIRECTIONS[1:2]])
    head = learnt(vectors, ["a"] * count + ["b"], [f"first {n}" for n in range(count)] + ["second"])
    assert right(head, DIRECTIONS[:2], ["a", "b"]) == 1.0
    assert head.trust == UNTESTED
    assert (head.none_of_these(DIRECTIONS) < 1e-9).all()
