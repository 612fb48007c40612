"""The opinion of the nearest examples, and how far the three opinions are trusted."""

import numpy as np
import pytest

from bot.nlu.nearest import Nearest
from bot.nlu.trust import UNTESTED, learnt, log_softmax

RNG = np.random.default_rng(3)


def test_an_intent_of_two_kinds_of_wording_is_near_where_either_is() -> None:
    centres = np.array([[5.0, 0.0, 0.0], [-5.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    owners = np.array([0, 0, 1]).repeat(10)
    nearest = Nearest.of(centres.repeat(10, axis=0) + RNG.normal(size=(30, 3)) / 10, owners)
    assert (nearest.closeness(centres).argmax(axis=1) == [0, 0, 1]).all()


def test_differences_that_examples_of_one_intent_show_too_count_less() -> None:
    manner = np.array([[4.0], [-4.0], [4.0], [-4.0]])
    matter = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    nearest = Nearest.of(np.hstack([manner, matter]), np.array([0, 0, 1, 1]))
    by_manner, by_matter = np.linalg.norm(nearest.whitening, axis=1)
    assert by_manner < 0.8 * by_matter
    assert (nearest.closeness(np.array([[3.0, 0.9], [0.0, -1.0]])).argmax(axis=1) == [0, 1]).all()


@pytest.mark.parametrize("strange", [np.zeros((1, 3)), np.full((1, 3), 1e6), np.full((1, 3), -1e-12)])
def test_whatever_is_asked_is_somewhere(strange: np.ndarray) -> None:
    nearest = Nearest.of(np.eye(3), np.arange(3))
    assert np.isfinite(nearest.closeness(strange)).all()


def test_what_is_right_more_often_is_trusted_more() -> None:
    truth = RNG.integers(0, 3, size=300)
    noise = [log_softmax(RNG.normal(size=(300, 3))) for _ in range(3)]
    trust = learnt([log_softmax(np.eye(3)[truth] + noise[0]), noise[1], noise[2]], truth, UNTESTED)
    assert trust[0] > 3 * max(trust[1:])


def test_what_is_not_listened_to_stays_so() -> None:
    truth = RNG.integers(0, 3, size=90)
    telling = log_softmax(np.eye(3)[truth] * 2.0 + RNG.normal(size=(90, 3)))
    assert learnt([telling, telling, telling], truth, (1.0, 0.0, 0.3))[1] == 0.0
