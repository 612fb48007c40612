"""A question that was asked before is answered from memory, and never with what is not true any more."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge_index.articles import Article
from knowledge_index.cache import ResultCache
from knowledge_index.calibration import Calibration
from knowledge_index.client import Found, KnowledgeClient
from knowledge_index.embedded import Wanted, embedded
from knowledge_index.embedder import Embedder, Key
from knowledge_index.index import KnowledgeIndex
from knowledge_index.library import Asked, Library
from knowledge_index.search import Result
from tests.knowledge_index.made_up import empty, made_up
from tests.people import PATIENCE_SECONDS

ASKED = "is there a discount for students"
STUDENTS: dict[str, Any] = {
    "id": "students.en",
    "version": 1,
    "language": "en",
    "question": "Is there a discount for students?",
    "variants": ["student discount"],
    "answer": "Ten per cent, with a student card.",
    "audience": "public",
    "tags": [],
    "subject": "students",
}


async def asked_twice(knowledge: KnowledgeClient, audience: str = "public") -> Found:
    """What is found; the second time without so much as a look for the vector."""
    first = await asked_once(knowledge, audience)
    looked_up = (await knowledge.health(timeout=PATIENCE_SECONDS))["cache"]["hits"]
    assert await asked_once(knowledge, audience) == first
    assert (await knowledge.health(timeout=PATIENCE_SECONDS))["cache"]["hits"] == looked_up
    return first


async def asked_once(knowledge: KnowledgeClient, audience: str = "public") -> Found:
    return await knowledge.search(ASKED, language="en", audience=audience, timeout=PATIENCE_SECONDS)


async def put(knowledge: KnowledgeClient, **changed: Any) -> None:
    await knowledge.put_article({**STUDENTS, **changed}, timeout=PATIENCE_SECONDS)


def test_whatever_changes_the_articles_changes_the_answer_to_what_was_asked_before(
    serve: Callable[[Path], str], tmp_path: Path, shop_articles: list[Article]
) -> None:
    async def journey(knowledge: KnowledgeClient) -> None:
        await knowledge.replace([article.as_wire() for article in shop_articles])
        assert (await asked_twice(knowledge)).decision != "answer"

        await put(knowledge)
        assert [hit.answer for hit in (await asked_twice(knowledge)).answers()] == [STUDENTS["answer"]]

        await put(knowledge, version=2, answer="None any more.")
        assert [hit.answer for hit in (await asked_twice(knowledge)).answers()] == ["None any more."]

        await put(knowledge, version=3, audience="agents")
        assert (await asked_twice(knowledge)).decision != "answer"
        assert (await asked_twice(knowledge, audience="agents")).decision == "answer"

        await knowledge.delete_article("students.en", version=4, timeout=PATIENCE_SECONDS)
        assert (await asked_twice(knowledge, audience="agents")).decision != "answer"

        await knowledge.put_articles([{**STUDENTS, "version": 5}], timeout=PATIENCE_SECONDS)
        assert (await asked_once(knowledge)).hits[0].article_id == "students.en"

        await knowledge.replace([])
        assert (await asked_once(knowledge)).hits == ()

    async def ask() -> None:
        async with KnowledgeClient(serve(tmp_path)) as knowledge:
            await journey(knowledge)

    asyncio.run(ask())


CHANGES: dict[str, Callable[[KnowledgeIndex], object]] = {
    "an article comes": lambda index: index.put(made_up("b")),
    "a version comes": lambda index: index.put(made_up("a", 2)),
    "vectors follow": lambda index: index.complete("late.en", 1, made_up("late").vectors),
    "an article goes": lambda index: index.delete("a.en", 1),
    "decided otherwise": lambda index: index.decide_by(index.calibration),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_an_index_makes_it_another_edition(change: str) -> None:
    index = empty()
    index.put(made_up("a"))
    index.put(replace(made_up("late"), vectors={}))
    before = index.edition
    index.put(made_up("a"))
    assert index.edition == before
    CHANGES[change](index)
    assert before != index.edition != empty().edition


def test_what_began_before_a_change_is_not_remembered_after_it(
    tmp_path: Path, embedders: dict[Key, Embedder], shop_articles: list[Article]
) -> None:
    """The first of two questions is decided, the second waits for its vector, and then an article is published."""
    held_up = HeldUp(embedders["en"].transformer)
    asked = Asked(f"{ASKED}? How long is the warranty of a lock?", "en")
    (students,) = embedded([Article.from_wire(STUDENTS)], embedders)

    async def journey() -> list[Result]:
        models = {**embedders, "en": replace(embedders["en"], transformer=held_up)}
        library = Library(tmp_path, models, Calibration.read())
        try:
            await library.replace([article for article in shop_articles if article.language == "en"])
            await library.batcher.vector(Wanted("en", "query", f"{ASKED}?"))
            held_up.go.clear()
            searching = asyncio.create_task(library.search(asked))
            assert await asyncio.to_thread(held_up.reached.wait, PATIENCE_SECONDS)
            library.index.put(students)
            held_up.go.set()
            return [await searching, await library.search(asked)]
        finally:
            held_up.go.set()
            await library.close()

    during, after = asyncio.run(journey())
    assert STUDENTS["answer"] not in [part.hits[0].answer for part in during.parts]
    assert after.parts[0].hits[0].answer == STUDENTS["answer"]


def test_only_the_newest_results_are_remembered() -> None:
    cache, found = ResultCache(2), Result("none", 0.1, "en", ())
    for name in ("a", "b", "a", "c"):
        assert cache.get(name, 1) is None or name == "a"
        cache.put(name, found, 1)
    assert [name for name in "abc" if cache.get(name, 1)] == ["a", "c"]
    assert not any(cache.get(name, 2) for name in "abc")


class HeldUp:
    """A transformer that waits where it is told to."""

    def __init__(self, transformer: Any) -> None:
        self._transformer = transformer
        self.prompts = transformer.prompts
        self.go, self.reached = threading.Event(), threading.Event()
        self.go.set()

    def encode(self, texts: Sequence[str], **more: Any) -> Any:
        if not self.go.is_set():
            self.reached.set()
            self.go.wait(PATIENCE_SECONDS)
        return self._transformer.encode(texts, **more)
