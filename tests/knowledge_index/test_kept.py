"""Vectors that outlive a start: of articles and training examples, never of what customers write."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx
import numpy as np
import pytest

from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import Embedder, Key
from knowledge_index.kept import KeptVectors
from knowledge_index.library import Asked, Library
from tests.people import PATIENCE_SECONDS

Told = TypeVar("Told")
BICYCLES = Article(
    id="bicycles.en",
    version=1,
    language="en",
    question="Do you sell bicycles?",
    variants=("is there a bike",),
    answer="Yes, two of them.",
)
LAMP = Wanted("en", "query", "the lamp blinks")


def within(
    folder: Path, embedders: dict[Key, Embedder], kept: Path, journey: Callable[[Library], Coroutine[Any, Any, Told]]
) -> Told:
    """A journey in a library on `folder`, opened and closed again."""

    async def run() -> Told:
        library = Library(folder, embedders, Calibration.read(), kept=kept)
        await library.open()
        try:
            return await journey(library)
        finally:
            await library.close()

    return asyncio.run(run())


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute("select count(*) from kept").fetchone()[0]
        return found


async def fill(library: Library) -> tuple[int, Any]:
    await library.put(BICYCLES)
    return library.batcher.passes, library.index.articles[BICYCLES.id].vectors["en"]


def test_an_index_made_anew_asks_the_model_for_nothing_that_was_kept(
    tmp_path: Path, embedders: dict[Key, Embedder]
) -> None:
    kept = tmp_path / "models" / "vectors.db"
    passes, first = within(tmp_path / "one", embedders, kept, fill)
    again, second = within(tmp_path / "two", embedders, kept, fill)
    assert passes > 0
    assert again == 0
    assert np.array_equal(first, second)


def test_what_customers_write_is_not_kept(tmp_path: Path, embedders: dict[Key, Embedder]) -> None:
    kept = tmp_path / "vectors.db"

    async def journey(library: Library) -> tuple[int, int]:
        await fill(library)
        before = rows(kept)
        await library.search(Asked("my own words about a bicycle", language="en"))
        await library.batcher.vectors([LAMP])
        unchanged = rows(kept)
        await library.lasting([LAMP, Wanted("en", "query", "")])
        assert rows(kept) == before + 1
        return before, unchanged

    before, unchanged = within(tmp_path, embedders, kept, journey)
    assert before == unchanged > 0


def test_over_http_a_text_is_kept_only_where_it_is_asked_for(
    serve: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREBREAK_MODELS_DIR", str(tmp_path / "models"))
    address = serve(tmp_path)
    told = {"input": ["my parcel is late", "where is it"], "model": "en"}
    for more, kept in (({}, 0), ({"keep": False}, 0), ({"keep": True}, 2)):
        answer = httpx.post(
            f"{address}/v1/embeddings", json={**told, **more}, trust_env=False, timeout=PATIENCE_SECONDS
        )
        assert [len(entry["embedding"]) for entry in answer.json()["data"]] == [384, 384]
        file = tmp_path / "models" / "vectors.db"
        assert (rows(file) if file.exists() else 0) == kept


def test_a_file_that_is_none_costs_only_time(tmp_path: Path, embedders: dict[Key, Embedder]) -> None:
    kept = tmp_path / "vectors.db"
    kept.write_text("this is no database, and longer than the head of one " * 20)
    _, vectors = within(tmp_path, embedders, kept, fill)
    assert len(vectors) > 0


def test_a_damaged_file_makes_room_for_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "vectors.db"
    file.write_text("this is no database, and longer than the head of one " * 20)
    kept = KeptVectors(file, {"en": "one model"})
    assert kept.get([LAMP]) == {}
    kept.put({LAMP: np.ones(3, dtype=np.float32)})
    assert list(kept.get([LAMP])) == [LAMP]


def test_another_models_vectors_are_not_taken_and_the_oldest_go(tmp_path: Path) -> None:
    file = tmp_path / "vectors.db"
    texts = [Wanted("en", "query", f"text {number}") for number in range(700)]
    kept = KeptVectors(file, {"en": "one model"}, most=600)
    kept.put({one: np.full(3, place, dtype=np.float32) for place, one in enumerate(texts)})
    found = kept.get(texts)
    assert set(found) == set(texts[100:])
    assert found[texts[-1]].tolist() == [699.0, 699.0, 699.0]
    assert KeptVectors(file, {"en": "another model"}).get(texts) == {}
