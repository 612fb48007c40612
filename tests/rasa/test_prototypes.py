"""What a tuned encoder's vectors say, and how it is heard beside the rest."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import fitting
from bot.nlu.prototypes import Prototypes

RNG = np.random.default_rng(5)
LABELS = ["a", "b", "c"]


def test_the_nearest_middle_is_meant_also_after_a_journey_through_a_file(tmp_path: Path) -> None:
    vectors = np.eye(3).repeat(4, axis=0) + RNG.normal(scale=0.05, size=(12, 3))
    Prototypes.of(vectors, np.repeat(LABELS, 4)).save(tmp_path / "en-tuned.npz")
    prototypes = Prototypes.load(tmp_path / "en-tuned.npz")
    chances = np.exp(prototypes.log_probabilities(np.eye(3) * 7))
    assert prototypes.labels == tuple(LABELS)
    assert chances.sum(axis=1) == pytest.approx(1.0)
    assert (chances.argmax(axis=1) == [0, 1, 2]).all()
    assert chances.max(axis=1).min() > 0.9


def test_it_decides_where_the_other_opinions_cannot() -> None:
    truth = np.repeat(LABELS, 12)
    head = fitting.fit(fitting.examples(RNG.normal(size=(36, 6)), list(truth)), c=20)
    sure = np.log(np.full((3, 3), 0.005) + np.eye(3) * 0.985)
    blurred = head.probabilities(np.tile(head.centre, (3, 1)) + 1e-6)
    heard = head.probabilities(np.tile(head.centre, (3, 1)) + 1e-6, beside=sure)
    assert blurred.max() < 0.8
    assert (heard.argmax(axis=1) == [0, 1, 2]).all()
    assert heard.sum(axis=1) == pytest.approx(1.0)
