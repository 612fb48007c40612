import numpy as np
import pytest

from knowledge_index import space
from knowledge_index.index import built
from tests.knowledge_index.made_up import empty, made_up


def test_what_differs_within_articles_counts_less_than_what_differs_between_them() -> None:
    chance = np.random.default_rng(5)
    middles = np.array([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    articles = [middle + chance.normal(size=(400, 3)) * [0.1, 2.0, 0.1] for middle in middles]
    texts = np.array([[1.0, 1.3, 0.0], [1.0, -1.3, 0.0], [-1.0, 1.3, 0.0]])
    assert texts[0] @ texts[1] < texts[0] @ texts[2]
    query, same, other = space.learned(articles, np.zeros(3)).apply(texts)
    assert query @ same > query @ other


def test_without_several_wordings_every_direction_counts_alike() -> None:
    learned = space.learned([np.eye(3)[:1], np.eye(3)[1:2]], np.zeros(3))
    assert learned.whitening == pytest.approx(np.eye(3))
    assert space.learned([], np.ones(3)).centre == pytest.approx(np.ones(3))


def test_wordings_that_are_all_equal_teach_nothing_and_break_nothing() -> None:
    learned = space.learned([np.ones((4, 3)), np.ones((4, 3))], np.zeros(3))
    assert np.isfinite(learned.apply(np.eye(3))).all()


def test_only_some_of_very_many_wordings_are_read() -> None:
    chance = np.random.default_rng(6)
    articles = [chance.normal(size=(10, 3)) for _ in range(space.MOST_WORDINGS // 4)]
    taken = space._some(articles)
    assert space.MOST_WORDINGS / 2 <= sum(map(len, taken)) <= space.MOST_WORDINGS


def test_the_space_is_learned_anew_when_an_article_changes_and_is_the_same_in_any_order() -> None:
    index = empty()
    for name in "abcd":
        index.put(made_up(name))
    before = index.reading(("en",), "en")
    assert index.reading(("en",), "en") is before
    index.put(made_up("e"))
    after = index.reading(("en",), "en")
    assert after is not before
    afresh = built(index.calibration, index.dimensions, [made_up(name) for name in "edcba"]).reading(("en",), "en")
    assert np.array_equal(after.space.whitening, afresh.space.whitening)
    assert np.array_equal(after.space.centre, afresh.space.centre)
