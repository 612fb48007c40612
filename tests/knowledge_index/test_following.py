"""Many articles at once are found by their words; their vectors follow, and are lost by no crash."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.client import KnowledgeClient
from knowledge_index.embedder import Embedder, Key
from knowledge_index.index import built
from knowledge_index.library import Asked, Library
from knowledge_index.store import Change
from tests.knowledge_index.made_up import empty, everything, made_up
from tests.knowledge_index.room import room_for
from tests.knowledge_index.test_store import HELD, opened, restored
from tests.people import PATIENCE_SECONDS


def test_an_article_whose_vectors_followed_is_as_if_it_had_come_with_them() -> None:
    index = empty()
    for held in HELD:
        index.put(replace(held, vectors={}))
    assert {key: len(names) for key, names in index.lacking.items()} == {"en": 2, "multi": 3}
    assert index.digest() == built(index.calibration, index.dimensions, HELD).digest()
    for held in reversed(HELD):
        assert index.complete(held.article.id, held.article.version, held.vectors)
        assert not index.complete(held.article.id, held.article.version, held.vectors)
    assert {key: len(names) for key, names in index.lacking.items()} == {"en": 0, "multi": 0}
    assert everything(index) == everything(built(index.calibration, index.dimensions, HELD))


def test_vectors_of_an_older_version_or_of_a_deleted_article_come_too_late() -> None:
    index, late, gone = empty(), made_up("a"), made_up("b")
    index.put(replace(made_up("a", 2), vectors={}))
    index.put(replace(gone, vectors={}))
    index.delete("b.en", 2)
    assert not index.complete("a.en", 1, late.vectors)
    assert not index.complete("b.en", 1, gone.vectors)
    assert index.lacking == {"en": {"a.en": None}, "multi": {"a.en": None}}


def test_what_followed_is_kept_in_the_journal_and_in_a_snapshot(tmp_path: Path) -> None:
    store = opened(tmp_path)
    first, second = made_up("a"), made_up("b")
    store.append(Change("a.en", 1, replace(first, vectors={})), Change("b.en", 1, replace(second, vectors={})))
    store.append(Change("a.en", 1, vectors={"en": first.vectors["en"]}))
    index = restored(opened(tmp_path))
    assert index.lacking == {"en": {"b.en": None}, "multi": {"a.en": None, "b.en": None}}
    store.save(list(index.articles.values()), {})
    again = restored(opened(tmp_path))
    assert again.lacking == index.lacking
    assert everything(again) == everything(index)
    assert {article.id for article in opened(tmp_path).articles()} == {"a.en", "b.en"}


async def never(*_given: object, **_more: object) -> None:
    """A model that is busy with something else for good."""
    await asyncio.Event().wait()


def shop_of(many: int) -> list[Article]:
    return [
        Article(f"gadget{number}.en", 1, "en", f"How do I clean the zorp{number}?", f"Wipe the zorp{number}.")
        for number in range(many)
    ]


def test_a_question_is_answered_from_an_article_that_has_just_come(
    tmp_path: Path, embedders: dict[Key, Embedder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_index.following.HASTE_SECONDS", PATIENCE_SECONDS)

    async def ask() -> tuple[list[str], int]:
        library = Library(tmp_path, embedders, Calibration.read())
        await library.open()
        library.following.wake = lambda: None  # type: ignore[method-assign]
        assert await library.put_many(shop_of(40)) == 40
        assert await library.put_many(shop_of(40)) == 0
        found = await library.search(Asked("How do I clean the zorp17?", "en"))
        lacking = library.without_vectors()
        await library.close()
        return [hit.article_id for hit in found.hits][:1], lacking

    first, lacking = asyncio.run(ask())
    assert first == ["gadget17.en"]
    assert 0 < lacking < 40


def test_what_has_the_words_and_no_vector_in_time_is_offered(
    tmp_path: Path, embedders: dict[Key, Embedder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_index.following.HASTE_SECONDS", 0.0)
    monkeypatch.setattr("knowledge_index.following.Following._make", never)

    async def ask(text: str) -> tuple[str, list[str]]:
        library = Library(tmp_path / text, embedders, Calibration.read())
        await library.open()
        library.following.wake = lambda: None  # type: ignore[method-assign]
        await library.put_many(shop_of(9))
        found = await library.search(Asked(text, "en"))
        await library.close()
        return found.decision, [hit.article_id for hit in found.hits]

    assert asyncio.run(ask("How do I clean the zorp7?")) == ("choices", ["gadget7.en"])
    assert asyncio.run(ask("How do I clean the fridge?")) == ("none", [])


def test_vectors_follow_also_after_a_restart(tmp_path: Path, embedders: dict[Key, Embedder]) -> None:
    async def bring() -> None:
        library = Library(tmp_path, embedders, Calibration.read())
        await library.open()
        await library.put_many(shop_of(8))
        await library.close()

    async def come_back() -> list[object]:
        library = Library(tmp_path, embedders, Calibration.read())
        await library.open()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await library.following.ended()
        held = list(library.index.articles.values())
        rebuilt = built(library.calibration, library.index.dimensions, held)
        same = everything(library.index) == everything(rebuilt)
        await library.close()
        return [len(held), same, all({"en", "multi"} == {*one.vectors} for one in held)]

    asyncio.run(bring())
    assert asyncio.run(come_back()) == [8, True, True]


def test_many_come_in_one_call_and_health_tells_what_is_lacking(serve: Callable[[Path], str], tmp_path: Path) -> None:
    async def bring(address: str) -> None:
        async with KnowledgeClient(address) as knowledge:
            await knowledge.put_articles([one.as_wire() for one in shop_of(3)])
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    if not (await knowledge.health())["without_vectors"]:
                        break
                    await asyncio.sleep(0.01)
            assert (await knowledge.health())["articles"] == 3

    asyncio.run(bring(serve(tmp_path)))


def size_of_journal(folder: Path) -> int:
    return next(folder.glob("g-*/journal.jsonl")).stat().st_size


async def until_logged(caplog: pytest.LogCaptureFixture, said: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while said not in caplog.text:  # noqa: ASYNC110  a log tells nobody
            await asyncio.sleep(0.01)


def test_without_room_for_vectors_searches_go_on_and_they_follow_once_there_is(
    tmp_path: Path,
    embedders: dict[Key, Embedder],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("knowledge_index.following.AGAIN_SECONDS", 0.05)
    monkeypatch.setattr("knowledge_index.following.HASTE_SECONDS", PATIENCE_SECONDS)
    many = [*shop_of(3), replace(shop_of(1)[0], id="long.en", question="Is it long?", tags=("x" * 100_000,))]

    async def ask() -> tuple[list[str], int, int]:
        library = Library(tmp_path, embedders, Calibration.read())
        await library.open()
        wake, library.following.wake = library.following.wake, lambda: None  # type: ignore[method-assign]
        await library.put_many(many)
        with room_for(size_of_journal(tmp_path)):
            found = await library.search(Asked("How do I clean the zorp2?", "en"))
            wake()
            await until_logged(caplog, "vectors do not follow")
            lacking = library.without_vectors()
        await asyncio.wait_for(library.following.ended(), PATIENCE_SECONDS)
        left = library.without_vectors()
        await library.close()
        return [hit.article_id for hit in found.hits][:1], lacking, left

    assert asyncio.run(ask()) == (["gadget2.en"], len(many), 0)
