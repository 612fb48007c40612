"""Asks for a message's embedding as soon as it is stored, in batches, so that Rasa's own call is a cache hit."""

import asyncio
import functools
import logging

from bot.dialogue.rasa import as_text
from bot.understanding import facts
from bot.understanding.facts import Facts
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=2048)
def understood(text: str) -> Facts:
    """The facts of a text; read ahead by pre-warming, then again by its turn."""
    return facts.read(text)


class Prewarmer:
    """Collects texts while a request is under way, then asks for all of them at once. Failing costs only time."""

    def __init__(self, client: KnowledgeClient) -> None:
        self._client = client
        self._texts: list[str] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, texts: list[str]) -> None:
        """Ask for these soon; returns at once. On the event loop."""
        self._texts.extend(texts)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while self._texts:
            texts, self._texts = self._texts, []
            try:
                for model, batch in (await asyncio.to_thread(_by_model, texts)).items():
                    await self._client.embed(batch, model=model)
            except (KnowledgeUnavailable, KnowledgeRefused):
                log.debug("pre-warming was not possible")


def _by_model(texts: list[str]) -> dict[str, list[str]]:
    batches: dict[str, list[str]] = {}
    for text in texts:
        seen = understood(text)
        batches.setdefault(seen.embedding, []).append(as_text(seen.text or text))
    return batches
