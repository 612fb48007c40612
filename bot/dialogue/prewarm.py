"""Asks for a message's embedding as soon as it is stored, in batches, so that Rasa's own call is a cache hit.

The vectors that come back are not thrown away: they tell understanding how the text sounds. A turn waits for none. It
reads the text when it begins, and looks once more when it has been answered; the vector is there by then.

A worker in a process of its own asks for the vector too, when a turn begins: the service has it, or is making it, and
makes none twice.
"""

import asyncio
import contextlib
import functools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from bot.dialogue import opening
from bot.dialogue.rasa import as_text
from bot.understanding import facts
from bot.understanding.facts import Facts
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

ENOUGH_TEXTS = 6
SECONDS_A_WAITING_TURN = 0.004
"""Well below what a turn takes when every core is busy: the vector is there before its turn comes."""
LONGEST_WAIT_SECONDS = 0.12
UNDERSTOOD = 2048
"""Texts whose facts are kept."""
log = logging.getLogger(__name__)

_heard: OrderedDict[str, Facts] = OrderedDict()
"""The facts of texts whose vectors have come, oldest first."""
_hearing = threading.Lock()


@functools.lru_cache(maxsize=UNDERSTOOD)
def _read(text: str) -> Facts:
    return facts.read(text)


def understood(text: str) -> Facts:
    """The facts of a text, with what its vector says once that has come. Pre-warming reads ahead of the turn."""
    return _heard.get(text) or _read(text)


def hear(text: str, vector: list[float], *, model: str) -> None:
    """Take in a text's vector, which the model with the digest `model` has made."""
    with _hearing:
        if text in _heard:
            return
        _heard[text] = facts.with_vector(_read(text), vector, model=model)
        while len(_heard) > UNDERSTOOD:
            _heard.popitem(last=False)


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
                    await self._embed(batch, model)
            except (KnowledgeUnavailable, KnowledgeRefused):
                log.debug("pre-warming was not possible")

    async def _embed(self, texts: list[str], model: str) -> None:
        asked = [as_text(understood(text).text or text) for text in texts]
        rests = [as_text(denial.rest) for denial in (understood(text).denial for text in texts) if denial.places]
        rests += [opening.after(text) or "" for text in asked]
        embedded = await self._client.embedded([*asked, *filter(None, rests)], model=model)
        for text, vector in zip(texts, embedded.vectors, strict=False):
            if vector is not None:
                hear(text, vector, model=embedded.digest)

    async def _wait_for_company(self) -> None:
        patience = min(self._turns_ahead() * SECONDS_A_WAITING_TURN, LONGEST_WAIT_SECONDS)
        if patience and not self._enough.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), patience)


def _by_model(texts: list[str]) -> dict[str, list[str]]:
    """The texts by the model that embeds them, without noise; understands each on the way."""
    batches: dict[str, list[str]] = {}
    for text in texts:
        seen = understood(text)
        if not seen.noise:
            batches.setdefault(seen.embedding, []).append(text)
    return batches
