"""The linear head of one embedding space."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import head as heads

RNG = np.random.default_rng(7)
DIRECTIONS = RNG.normal(size=(4, 12))
LABELS = ["a", "b", "c", "d"]


def crowd(count: int, *, noise: float = 0.1, shared: float = 20.0) -> tuple[heads.Floats, list[str]]:
    """Vectors that nearly all point one way, as E5's do, and differ by their label only a little."""
    truth = RNG.integers(0, 4, size=count)
    vectors = shared + DIRECTIONS[truth] + RNG.normal(scale=noise, size=(count, 12))
    return vectors, [LABELS[at] for at in truth]


def right(head: heads.Head, vectors: heads.Floats, truth: list[str]) -> float:
    best = head.probabilities(vectors).argmax(axis=1)
    return float(np.mean([head.labels[at] == label for at, label in zip(best, truth, strict=True)]))


def test_it_learns_small_differences_between_vectors_that_all_point_one_way() -> None:
    head = heads.fit(*crowd(120), c=15)
    assert right(head, *crowd(80)) > 0.95


def test_its_probabilities_say_how_often_it_is_right() -> None:
    head = heads.fit(*crowd(400, noise=1.5), c=15)
    vectors, truth = crowd(400, noise=1.5)
    surest = head.probabilities(vectors).max(axis=1)
    assert surest.mean() == pytest.approx(right(head, vectors, truth), abs=0.08)
    assert np.allclose(head.probabilities(vectors).sum(axis=1), 1.0)


def test_it_is_the_same_after_a_journey_through_a_file(tmp_path: Path) -> None:
    head = heads.fit(*crowd(80), c=15)
    head.save(tmp_path / "en.npz")
    again = heads.Head.load(tmp_path / "en.npz")
    vectors, _ = crowd(10)
    assert again.labels == head.labels
    assert np.array_equal(again.probabilities(vectors), head.probabilities(vectors))


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "en.npz", labels=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        heads.Head.load(tmp_path / "en.npz")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_two_intents_and_few_examples_are_enough_to_begin_with(count: int) -> None:
    vectors = np.vstack([DIRECTIONS[0] + RNG.normal(scale=0.01, size=(count, 12)), DIRECTIONS[1:2]])
    head = heads.fit(vectors, ["a"] * count + ["b"], c=15)
    assert right(head, DIRECTIONS[:2], ["a", "b"]) == 1.0
    assert head.temperature == 1.0
