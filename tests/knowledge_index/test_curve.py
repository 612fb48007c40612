from xml.etree import ElementTree

import numpy as np
import pytest

from knowledge_index import curve

CHANCES = [0.9, 0.8, 0.7, 0.6]
HITS = [True, True, False, True]
KNOWN = [True, True, False, True]


def test_each_point_tells_what_answering_from_there_on_gives() -> None:
    points = curve.points(CHANCES, HITS, KNOWN)
    assert [point.threshold for point in points] == CHANCES
    assert [point.answered for point in points] == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1], abs=1e-3)
    assert [point.wrongly for point in points] == [0, 0, 1, 1]
    assert points[1].precision == 1
    assert points[-1].coverage == 1
    assert points[-1].risk == pytest.approx(0.5)


def test_questions_of_equal_chance_are_one_point() -> None:
    assert len(curve.points([0.5, 0.5, 0.4], [True, False, True], [True, False, True])) == 2


def test_the_mark_is_where_the_expected_precision_still_holds() -> None:
    assert curve.mark(CHANCES, 0.8) == 0.7
    assert curve.mark(CHANCES, 0.75) == 0.6
    assert curve.mark(CHANCES, 0.95) == 1.0
    assert curve.mark([], 0.9) == 1.0


def test_the_picture_is_a_drawing_with_the_mark_in_words() -> None:
    chance = np.random.default_rng(1)
    chances = list(chance.random(50))
    hits = [bool(chance.random() < one) for one in chances]
    drawn = curve.picture(curve.points(chances, hits, hits), 0.6, "Risk & coverage")
    root = ElementTree.fromstring(drawn)
    assert root.tag.endswith("svg")
    told = [text.text or "" for text in root.iter() if text.tag.endswith("text")]
    assert "Risk & coverage" in told
    assert any("answered" in text and "right" in text for text in told)
    assert ElementTree.fromstring(curve.picture([], 0.6, "nothing asked")) is not None
