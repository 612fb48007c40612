"""Many vectors are read in short, and answer as exactly; the change from one to the other loses nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge_index import growing, rows, vectors
from knowledge_index.calibration import Calibration
from knowledge_index.embedder import Embedder, Key, Vectors
from knowledge_index.index import built
from knowledge_index.library import Library
from knowledge_index.rows import Exact, Short
from knowledge_index.store import Change
from knowledge_index.vectors import VectorIndex
from tests.knowledge_index.made_up import DIMENSIONS, empty, everything, made_up

MANY = [f"{first}{second}" for first in "abcdefghij" for second in "abcdefghij"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundred vectors are many here."""
    monkeypatch.setattr(vectors, "EXACT_ROWS", 100)


def drawn(many: int, seed: int = 1, wide: int = 32) -> Vectors:
    found = np.random.default_rng(seed).normal(size=(many, wide)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def as_they_are(found: Vectors) -> Vectors:
    return found


def articles(seed: int = 1, many: int = 60) -> Iterator[tuple[str, Vectors]]:
    return ((f"article {number}", part) for number, part in enumerate(np.split(drawn(3 * many, seed), many)))


@pytest.mark.usefixtures("few")
def test_in_short_the_same_is_found_as_exactly_even_where_nothing_lies_together() -> None:
    held = [(f"article {number}", part) for number, part in enumerate(np.split(drawn(6_000, wide=128), 2_000))]
    short = VectorIndex(128, as_they_are, held)
    exact = Exact(128, as_they_are)
    exact.add_all({number: vectors for number, (_, vectors) in enumerate(held)})
    assert not short.is_exact
    for number in range(0, 1_000, 4):
        exact.remove(number)
        short.remove(f"article {number}")
    found = [(exact.nearest(query, 10), short.nearest(query, 10)) for query in drawn(50, seed=2, wide=128)]
    alike = sum(len({f"article {number}" for number in rows.owners(one)} & {*other}) for one, other in found)
    assert alike >= 0.98 * sum(len(rows.owners(one)) for one, _ in found)


def test_of_articles_that_say_the_same_the_same_ones_are_found_whichever_came_first() -> None:
    same = drawn(1, seed=4)
    held = [(f"article {number:02}", same.copy()) for number in range(30)]
    nearer = ("nearer", drawn(1, seed=5))
    query = nearer[1][0]
    first, last = VectorIndex(32, as_they_are, [*held, nearer]), VectorIndex(32, as_they_are, [nearer, *held[::-1]])
    assert first.nearest(query, 5) == last.nearest(query, 5) == ["nearer", *(f"article {n:02}" for n in range(4))]


def test_recall_is_the_share_of_what_an_exact_search_finds() -> None:
    held = dict(enumerate(np.split(drawn(900), 300)))
    exact, half = Exact(32, as_they_are), Exact(32, as_they_are)
    exact.add_all(held)
    half.add_all({place: vectors for place, vectors in held.items() if place % 2})
    assert rows.recall(exact, held, as_they_are) == 1.0
    assert 0.3 < rows.recall(half, held, as_they_are) < 0.7


def test_codes_are_learned_anew_when_many_are_gone_or_many_have_come() -> None:
    short = Short(32, as_they_are, 2)
    short.add_all(dict(enumerate(np.split(drawn(300), 100))))
    assert not short.is_worn()
    for place in range(25):
        short.remove(place)
    assert short.is_worn()
    grown = Short(32, as_they_are, 2)
    grown.add_all({0: drawn(16)})
    grown.add(1, drawn(49))
    assert grown.is_worn()


@pytest.mark.usefixtures("few")
def test_what_came_and_went_while_another_index_was_built_is_in_it() -> None:
    index = VectorIndex(32, as_they_are)
    for name, matrix in articles():
        index.add(name, matrix)
    assert index.is_exact
    assert index.is_outgrown()
    prepared = index.prepared()
    index.remove("article 3")
    index.add("article 4", drawn(2, seed=7))
    index.add("new", drawn(2, seed=8))
    prepared.build()
    index.switch(prepared)
    assert not index.is_exact
    assert not index.is_outgrown()
    assert (len(index), "article 3" in index, "new" in index) == (60, False, True)
    assert index.nearest(drawn(2, seed=8)[1], 1) == ["new"]
    assert index.nearest(drawn(2, seed=7)[0], 1) == ["article 4"]
    assert set(index.nearest(drawn(1, seed=9)[0], 200)) == set(index)


@pytest.mark.usefixtures("few")
def test_a_shelf_that_was_emptied_is_exact_again() -> None:
    index = VectorIndex(32, as_they_are, articles())
    assert not index.is_exact
    for name in list(index)[:50]:
        index.remove(name)
    assert index.is_outgrown()
    prepared = index.prepared()
    prepared.build()
    index.switch(prepared)
    assert index.is_exact
    assert len(index) == 10


@pytest.mark.usefixtures("few")
def test_an_index_read_in_short_answers_as_an_exact_one() -> None:
    held = [made_up(name, language=language) for name in MANY for language in ("en", "zh")]
    short = built(empty().calibration, DIMENSIONS, held)  # type: ignore[arg-type]
    assert not all(shelf.is_exact for shelf in short.shelves(("en",), "en", "public"))
    exact = empty()
    for one in held:
        exact.put(one)
    assert all(shelf.is_exact for shelf in exact.shelves(("en",), "en", "public"))
    assert everything(short) == everything(exact)


@pytest.mark.usefixtures("few")
def test_the_library_changes_to_the_short_index_by_itself(
    tmp_path: Path, embedders: dict[Key, Embedder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "STILL_SECONDS", 0.0)

    async def grown() -> list[bool]:
        library = Library(tmp_path, embedders, Calibration.read())
        try:
            await library.follow([Change(f"{name}.en", 1, made_up(name)) for name in MANY])
            library.index.reading(("en",), "en")
            await library.growing.ended()
            shelf = next(iter(library.index.shelves(("en",), "en", "public")))
            await library.delete(f"{MANY[0]}.en", 2)
            library.index.reading(("en",), "en")
            await library.growing.ended()
            reading = library.index.reading(("en",), "en")
            return [shelf.is_exact, bool(library.index.unmeasured(reading)), f"{MANY[0]}.en" in shelf]
        finally:
            await library.close()

    assert asyncio.run(grown()) == [False, False, False]


def test_an_article_has_fewer_rows_than_a_place_has_numbers() -> None:
    from knowledge_index import passages

    assert 1 + passages.MAX_VARIANTS + passages.MAX_ANSWER_SENTENCES < 1 << rows.PLACE_BITS
