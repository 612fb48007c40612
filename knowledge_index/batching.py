"""Requests that arrive together share one pass of the model; long texts and index building do not hold up short ones.

Each model has one thread and three lanes. A lane's texts are embedded together when they came in one request or while
the pass before was running: a text alone waits for nobody. Equal texts share one place. A text that the model cannot
take fails alone.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from knowledge_index.cache import VectorCache
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import CannotEmbed, Embedder, Key, Vectors
from knowledge_index.text import clean

SHORT_CHARS: dict[Key, int] = {"en": 120, "multi": 60}
BATCH_CHARS = 1_600
"""A pass takes texts up to this many characters in all: what takes some tenths of a second at most."""
BATCH_TEXTS = 32
"""Either model takes half the time or less for a text among as many."""

Lane = Literal["short", "long", "background"]


@dataclass
class _Waiting:
    wanted: Wanted
    answer: "asyncio.Future[Vectors]"


@dataclass
class _Lanes:
    """One model's queues. Short goes first, but every second pass a waiting long text has its turn."""

    queues: dict[Lane, deque[_Waiting]] = field(
        default_factory=lambda: {"short": deque(), "long": deque(), "background": deque()}
    )
    last: Lane = "background"

    def put(self, lane: Lane, waiting: _Waiting) -> None:
        self.queues[lane].append(waiting)

    def take(self, most: int) -> list[_Waiting]:
        lane = self._next_lane()
        self.last = lane
        queue, chars = self.queues[lane], 0
        batch: list[_Waiting] = []
        while queue and len(batch) < most and (not batch or _fits(batch, queue[0], chars)):
            chars += len(queue[0].wanted.text)
            batch.append(queue.popleft())
        return batch

    def _next_lane(self) -> Lane:
        order: tuple[Lane, ...] = (
            ("long", "short", "background") if self.last == "short" else ("short", "long", "background")
        )
        return next((lane for lane in order if self.queues[lane]), "background")

    def __bool__(self) -> bool:
        return any(self.queues.values())


def _fits(batch: Sequence[_Waiting], following: _Waiting, chars: int) -> bool:
    same_role = batch[0].wanted.role == following.wanted.role
    return same_role and chars + len(following.wanted.text) <= BATCH_CHARS


class Batcher:
    """The one way to the models while the service runs. Start it inside the event loop; close it at the end."""

    def __init__(self, embedders: dict[Key, Embedder], cache: VectorCache | None = None) -> None:
        self.embedders = embedders
        self.cache = cache or VectorCache()
        self._lanes: dict[Key, _Lanes] = {key: _Lanes() for key in embedders}
        self._awake = {key: asyncio.Event() for key in embedders}
        self._pending: dict[Wanted, asyncio.Future[Vectors]] = {}
        self._threads = {key: ThreadPoolExecutor(1, f"embed-{key}") for key in embedders}
        self._workers = [asyncio.create_task(self._work(key)) for key in embedders]
        self.passes = 0

    async def vector(self, wanted: Wanted, *, background: bool = False) -> Vectors:
        """The vector of one text. Raises CannotEmbed when nothing is left of it or the model refuses it."""
        cleaned = Wanted(wanted.key, wanted.role, clean(wanted.text))
        if not cleaned.text:
            raise CannotEmbed("the text is empty")
        held = self.cache.get(cleaned)
        if held is not None:
            return held
        if cleaned not in self._pending:
            self._enqueue(cleaned, background)
        return await asyncio.shield(self._pending[cleaned])

    async def vectors(self, wanted: Sequence[Wanted], *, background: bool = False) -> list[Vectors | CannotEmbed]:
        """One entry a text, in order; a bad text is an error in its place and nothing to the others."""
        asked = (self.vector(one, background=background) for one in wanted)
        results = await asyncio.gather(*asked, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, CannotEmbed):
                raise result
        return results  # type: ignore[return-value]

    async def close(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        for thread in self._threads.values():
            thread.shutdown(wait=False, cancel_futures=True)

    def _enqueue(self, wanted: Wanted, background: bool) -> None:
        answer: asyncio.Future[Vectors] = asyncio.get_running_loop().create_future()
        self._pending[wanted] = answer
        lane: Lane = "background" if background else _lane(wanted)
        self._lanes[wanted.key].put(lane, _Waiting(wanted, answer))
        self._awake[wanted.key].set()

    async def _work(self, key: Key) -> None:
        lanes, awake = self._lanes[key], self._awake[key]
        while True:
            if not lanes:
                awake.clear()
                await awake.wait()
                await asyncio.sleep(0)
            await self._pass(key, lanes.take(BATCH_TEXTS))

    async def _pass(self, key: Key, batch: list[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(
            self._threads[key], _encode, self.embedders[key], [w.wanted for w in batch]
        )
        self.passes += 1
        for waiting, result in zip(batch, outcome, strict=True):
            del self._pending[waiting.wanted]
            if isinstance(result, CannotEmbed):
                waiting.answer.set_exception(result)
                waiting.answer.exception()
            else:
                self.cache.put(waiting.wanted, result)
                waiting.answer.set_result(result)


def _lane(wanted: Wanted) -> Lane:
    return "short" if len(wanted.text) <= SHORT_CHARS[wanted.key] else "long"


def _encode(embedder: Embedder, batch: Sequence[Wanted]) -> list[Vectors | CannotEmbed]:
    """All at once; one by one when the model refuses the batch, to find the text that it refuses."""
    try:
        return [row.copy() for row in embedder.encode([one.text for one in batch], batch[0].role)]
    except Exception as refused:  # noqa: BLE001  whatever a model raises is the text's fault, not the service's
        if len(batch) == 1:
            return [CannotEmbed(f"the model refused the text: {type(refused).__name__}")]
        return [result for one in batch for result in _encode(embedder, [one])]
