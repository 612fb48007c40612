import random
from dataclasses import replace

import numpy as np
import pytest

from knowledge_index import search
from knowledge_index.articles import digest
from knowledge_index.embedded import EmbeddedArticle
from knowledge_index.index import built
from tests.knowledge_index.made_up import empty, everything, made_up


def test_changing_step_by_step_equals_building_afresh() -> None:
    chance = random.Random(11)
    index = empty()
    held: dict[str, EmbeddedArticle] = {}
    for step in range(150):
        name, language = chance.choice("abcdefgh"), chance.choice(("en", "zh"))
        version, key = step + 1, f"{name}.{language}"
        if chance.random() < 0.3:
            index.delete(key, version)
            held.pop(key, None)
        else:
            held[key] = made_up(name, version, language, audience=chance.choice(("public", "agents")))
            index.put(held[key])
    afresh = built(index.calibration, index.dimensions, held.values())
    assert held
    assert everything(index) == everything(afresh)
    assert index.digest() == afresh.digest()


def test_the_order_in_which_changes_arrive_does_not_matter() -> None:
    changes = [("put", 1), ("put", 2), ("delete", 3), ("put", 4), ("delete", 5), ("put", 6)]
    for attempt in range(30):
        index, order = empty(), list(changes) * 2
        random.Random(attempt).shuffle(order)
        for kind, version in order:
            if kind == "put":
                index.put(made_up("lock", version))
            else:
                index.delete("lock.en", version)
        assert index.articles["lock.en"].article.version == 6


def test_an_old_version_that_arrives_late_changes_nothing() -> None:
    index = empty()
    assert index.put(made_up("lock", 3))
    assert not index.put(made_up("lock", 2))
    assert not index.put(made_up("lock", 3))
    assert not index.delete("lock.en", 2)
    assert index.articles["lock.en"].article.version == 3


def test_a_deleted_article_comes_back_only_with_a_newer_version() -> None:
    index = empty()
    index.put(made_up("lock", 1))
    assert index.delete("lock.en", 2)
    assert not index.delete("lock.en", 2)
    assert not index.put(made_up("lock", 2))
    assert "lock.en" not in index.articles
    assert index.put(made_up("lock", 3))


def test_what_was_deleted_before_it_arrived_stays_away() -> None:
    index = empty()
    index.delete("lock.en", 5)
    assert not index.put(made_up("lock", 4))


def test_the_public_never_sees_what_is_for_agents() -> None:
    index = empty()
    hidden = made_up("hidden", audience="agents")
    index.put(hidden)
    index.put(made_up("open"))
    query = hidden.vectors["en"][0]
    seen = search.search(index, text="question hidden 1", vector=query, language="en", k=20)
    assert [hit.article_id for hit in seen.hits] == ["open.en"]
    seen = search.search(index, text="question hidden 1", vector=query, language="en", audience="agents", k=20)
    assert seen.hits[0].article_id == "hidden.en"


def test_an_article_may_change_its_audience() -> None:
    index = empty()
    index.put(made_up("lock", 1))
    index.put(replace(made_up("lock", 1), article=replace(made_up("lock", 2).article, audience="agents")))
    seen = search.search(index, text="x", vector=np.ones(384, np.float32), language="en")
    assert seen.hits == ()
    assert seen.decision == "none"


def test_equal_digests_mean_equal_articles_and_versions() -> None:
    index = empty()
    assert index.digest() == digest([])
    index.put(made_up("b", 2))
    index.put(made_up("a", 1))
    assert index.digest() == digest([("a.en", 1), ("b.en", 2)])
    index.put(made_up("a", 2))
    assert index.digest() != digest([("a.en", 1), ("b.en", 2)])


def test_an_article_without_one_variant_keeps_the_other_vectors() -> None:
    held = next(made_up(name) for name in "abcdefgh" if len(made_up(name).article.variants) > 1)
    left = held.without(held.article.variants[0])
    assert isinstance(left, EmbeddedArticle)
    assert [passage.text for passage in left.passages] == [
        passage.text for passage in held.passages if passage.text != held.article.variants[0]
    ]
    assert left.vectors["en"] == pytest.approx(np.delete(held.vectors["en"], 1, axis=0))
    assert left.vectors["multi"] == pytest.approx(np.delete(held.vectors["multi"], 1, axis=0))
