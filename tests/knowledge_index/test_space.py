import numpy as np
import pytest

from knowledge_index import space
from knowledge_index.index import built
from knowledge_index.teaching import Teachers, chosen, drawn
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


def test_only_some_of_very_many_wordings_teach_and_the_same_in_any_order() -> None:
    names = [f"article {number}" for number in range(space.MOST_WORDINGS // 4)]
    first, second = Teachers(), Teachers()
    for name in names:
        first.add(drawn(name, 10))
    for name in [*names[::2], "gone", *reversed(names[1::2])]:
        second.add(drawn(name, 10))
    second.remove(drawn("gone", 10))
    second.remove(drawn("never there", 10))
    found, beyond = chosen([first], space.MOST_WORDINGS)
    assert (found, beyond) == chosen([second], space.MOST_WORDINGS)
    assert found == sorted(found)
    assert len(found) == space.MOST_WORDINGS // 10
    assert chosen([first], 10 * len(names)) == (sorted(names), None)
    assert chosen([first, second], 20 * len(names))[1] is None


def test_an_article_that_does_not_teach_leaves_the_space_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "MOST_WORDINGS", 12)
    names = [chr(number) for number in range(ord("a"), ord("z"))]
    index = built(empty().calibration, empty().dimensions, map(made_up, names))
    before = index.reading(("en",), "en")
    teach, beyond = chosen([index._teachers["en", "en"]], space.MOST_WORDINGS)
    assert beyond is not None
    index.delete(next(one for one in index.articles if one not in (*teach, beyond[1])), 2)
    assert index.reading(("en",), "en") is before
    index.delete(teach[0], 2)
    afresh = built(index.calibration, index.dimensions, list(index.articles.values())[::-1]).reading(("en",), "en")
    after = index.reading(("en",), "en")
    assert after is not before
    assert np.array_equal(after.space.whitening, afresh.space.whitening)


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
