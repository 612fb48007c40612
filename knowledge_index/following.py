"""Vectors that follow: what many articles at once lack is made in the background.

First what an article is found by in its own language, then what readers of other languages find it by. Whatever is
made is on disk before it is used, so a crash costs what was under way. The index says itself what is lacking.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import numpy as np

from knowledge_index import logs
from knowledge_index.embedded import EmbeddedArticle, Wanted, heights, wanted
from knowledge_index.embedder import CannotEmbed, Key, Vectors, key_for
from knowledge_index.index import KnowledgeIndex
from knowledge_index.search import Hit, Result
from knowledge_index.store import Change
from knowledge_index.text import clean

PASSAGES_AT_ONCE: dict[Key, int] = {"en": 512, "multi": 192}
"""Some two seconds of work: more would be lost by a crash, less makes every search learn its space anew."""
STILL_SECONDS = 0.5
"""After the last articles that came: while more are coming, their words go first."""
AGAIN_SECONDS = 10.0
"""After what failed: the disk may have been full."""
HASTENED = 5
HASTE_SECONDS = 0.5
COVERED = 0.8
"""How much of a question, by weight, an article must have the words of to be offered without a vector."""


class Shelves(Protocol):
    """What holds the index, makes vectors and accepts them."""

    index: KnowledgeIndex

    async def lasting(self, asked: Sequence[Wanted], *, background: bool = False) -> list[Vectors | CannotEmbed]: ...

    async def follow(self, changes: Sequence[Change]) -> None: ...


class Following:
    """One task a model, from the first article that lacks something until none does."""

    def __init__(self, library: Shelves) -> None:
        self._library = library
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._refused: set[tuple[str, int]] = set()
        self._still_at = 0.0

    def wake(self) -> None:
        """Begin soon, where something can be made and nobody is at it."""
        self._still_at = asyncio.get_running_loop().time() + STILL_SECONDS
        for key in self._library.index.lacking:
            task = self._tasks.get(key)
            if (task is None or task.done()) and self._next(key):
                self._tasks[key] = asyncio.create_task(self._work(key))
                self._tasks[key].add_done_callback(self._ended)

    async def ended(self) -> None:
        """Wait until nothing that can be made is lacking."""
        while running := [task for task in self._tasks.values() if not task.done()]:
            await asyncio.gather(*running)

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def hasten(self, text: str, language: str, key: Key) -> list[str]:
        """Make at once what the articles lack that have the words of this question; for so long as a person waits.

        Returns those of them that still lack it, and have nearly all of its words.
        """
        index = self._library.index
        if not index.lacking[key] or language not in index.words or key_for(language) != key:
            return []
        words = index.words[language]
        terms = words.terms(clean(text))
        nearest = words.scores(terms).best(HASTENED, index.articles)
        lacking = [index.articles[name] for name in nearest if name in index.lacking[key]]
        if lacking:
            making = asyncio.ensure_future(self._make(key, lacking, background=False))
            with suppress(TimeoutError, OSError):  # no room to keep them is no reason to say nothing
                await asyncio.wait_for(asyncio.shield(making), HASTE_SECONDS)
        late = [held.article.id for held in lacking if held.article.id in self._library.index.lacking[key]]
        return [name for name in late if words.coverage(terms, name) >= COVERED]

    async def _work(self, key: Key) -> None:
        while batch := self._next(key):
            await self._be_still()
            try:
                await self._make(key, batch, background=True)
            except Exception:
                logging.getLogger("knowledge").exception("vectors do not follow; tried again later")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _be_still(self) -> None:
        left = self._still_at - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)
            await self._be_still()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """What the others waited for may be there now."""
        if not task.cancelled():
            self.wake()

    def _next(self, key: Key) -> list[EmbeddedArticle]:
        """The next articles that lack vectors of this model: those of its own language.

        Those of other languages when no model has any of its own left: two at once would leave no core to customers.
        """
        own = list(self._lacking_their_own(key))
        if not own and any(any(self._lacking_their_own(other)) for other in self._library.index.lacking):
            return []
        batch: list[EmbeddedArticle] = []
        passages = 0
        for one in own or self._lacking(key):
            batch.append(one)
            passages += heights(one.article, one.passages)[key]
            if passages >= PASSAGES_AT_ONCE[key]:
                break
        return batch

    def _lacking_their_own(self, key: Key) -> Iterator[EmbeddedArticle]:
        return (one for one in self._lacking(key) if key_for(one.article.language) == key)

    def _lacking(self, key: Key) -> Iterator[EmbeddedArticle]:
        index = self._library.index
        held = (index.articles[name] for name in index.lacking[key])
        return (one for one in held if (one.article.id, one.article.version) not in self._refused)

    async def _make(self, key: Key, articles: Sequence[EmbeddedArticle], *, background: bool) -> None:
        asked = [[one for one in wanted(held.article) if one.key == key] for held in articles]
        texts = sorted({one for some in asked for one in some}, key=_batch_order)
        made = dict(zip(texts, await self._library.lasting(texts, background=background), strict=True))
        changes = []
        for held, some in zip(articles, asked, strict=True):
            rows = [made[one] for one in some]
            vectors = [row for row in rows if not isinstance(row, CannotEmbed)]
            if len(vectors) < len(rows):
                self._refuse(held)
            else:
                changes.append(_followed(held, key, vectors))
        await self._library.follow(changes)

    def _refuse(self, held: EmbeddedArticle) -> None:
        """The model cannot read a passage of it: it stays with its words until it is written anew."""
        self._refused.add((held.article.id, held.article.version))
        logs.event("an article cannot be embedded", level=logging.WARNING, article_id=held.article.id)


def _batch_order(one: Wanted) -> tuple[str, int, str]:
    """A pass of the model takes texts of one role, and is as slow as its longest."""
    return one.role, len(one.text), one.text


def _followed(held: EmbeddedArticle, key: Key, rows: Sequence[Vectors]) -> Change:
    matrix = np.ascontiguousarray(np.stack(rows), dtype=np.float32)
    return Change(held.article.id, held.article.version, vectors={key: matrix})


def offered(index: KnowledgeIndex, found: Result, late: Sequence[str], *, audience: str, k: int) -> Result:
    """What was found, after what has the words and no vector yet: to choose from, since nobody can say that it fits."""
    if found.decision == "answer":
        return found
    seen = [index.articles[name].article for name in late if name in index.articles]
    hits = [Hit(one.id, one.question, one.answer, one.language, 0.0) for one in seen if one.seen_by(audience)]
    if not hits:
        return found
    others = [hit for hit in found.hits if hit.article_id not in {one.article_id for one in hits}]
    return replace(found, decision="choices", hits=tuple([*hits, *others][:k]))
