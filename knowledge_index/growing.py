"""What a large index needs beside the searches: other vector indexes where they are outgrown, and lengths looked up.

Heavy work is done in a thread, in pieces, on what does not change; what came or went meanwhile is made up for when it
is put in place, between two searches.
"""

import asyncio
import logging
import time
from typing import Protocol

from knowledge_index import logs
from knowledge_index.index import KnowledgeIndex
from knowledge_index.vectors import VectorIndex

STILL_SECONDS = 0.5
"""After the last change: while more are coming, what is looked up does not last."""
MEASURED_AT_ONCE = 200


class Holder(Protocol):
    index: KnowledgeIndex


class Growing:
    """One task, from a change until there is nothing left to do."""

    def __init__(self, library: Holder) -> None:
        self._library = library
        self._task: asyncio.Task[None] | None = None
        self._edition = 0

    def wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def ended(self) -> None:
        """Wait until nothing is left to do."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._edition != self._library.index.edition:
                self._edition = self._library.index.edition
                for vectors in self._library.index.outgrown():
                    await _grown(vectors)
                await asyncio.sleep(STILL_SECONDS)
                await self._measured(self._library.index)
        except Exception:
            logging.getLogger("knowledge").exception("the index answers as it is; tried again with the next change")

    async def _measured(self, index: KnowledgeIndex) -> None:
        for reading in index.readings():
            missing = index.unmeasured(reading)
            for start in range(0, len(missing), MEASURED_AT_ONCE):
                if reading not in index.readings():
                    break
                some = missing[start : start + MEASURED_AT_ONCE]
                reading.note(some, await asyncio.to_thread(reading.measured, some), index.articles)


async def _grown(vectors: VectorIndex) -> None:
    started = time.perf_counter()
    prepared = vectors.prepared()
    await asyncio.to_thread(prepared.build)
    vectors.switch(prepared)
    seconds = round(time.perf_counter() - started, 2)
    logs.event("vectors indexed anew", articles=len(vectors), exact=vectors.is_exact, seconds=seconds)
