"""Asks for a message's embedding as soon as it is stored, in batches, so that Rasa's own call is a cache hit."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable

from bot.dialogue.rasa import as_text
from bot.understanding import facts
from bot.understanding.facts import Facts
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

ENOUGH_TEXTS = 6
SECONDS_A_WAITING_TURN = 0.004
"""Well below what a turn takes when every core is busy: the vector is there before its turn comes."""
LONGEST_WAIT_SECONDS = 0.12
log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=2048)
def understood(text: str) -> Facts:
    """The facts of a text; read ahead by pre-warming, then again by its turn."""
    return facts.read(text)


class Prewarmer:
    """Collects texts while a request is under way, then asks for all of them at once. Failing costs only time.

    `turns_ahead` tells how many turns wait for their start. A text whose turn is far off waits for company: a pass
    of the model over several costs half of what each alone does.
    """

    def __init__(self, client: KnowledgeClient, *, turns_ahead: Callable[[], int]) -> None:
        self._client = client
        self._turns_ahead = turns_ahead
        self._texts: list[str] = []
        self._enough = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, texts: list[str]) -> None:
        """Ask for these soon; returns at once. On the event loop."""
        self._texts.extend(texts)
        if len(self._texts) >= ENOUGH_TEXTS:
            self._enough.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while self._texts:
            await self._wait_for_company()
            texts, self._texts = self._texts, []
            self._enough.clear()
            try:
                for model, batch in (await asyncio.to_thread(_by_model, texts)).items():
                    await self._client.embed(batch, model=model)
            except (KnowledgeUnavailable, KnowledgeRefused):
                log.debug("pre-warming was not possible")

    async def _wait_for_company(self) -> None:
        patience = min(self._turns_ahead() * SECONDS_A_WAITING_TURN, LONGEST_WAIT_SECONDS)
        if patience and not self._enough.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), patience)


def _by_model(texts: list[str]) -> dict[str, list[str]]:
    batches: dict[str, list[str]] = {}
    for text in texts:
        seen = understood(text)
        batches.setdefault(seen.embedding, []).append(as_text(seen.text or text))
    return batches
