"""Several Rasas as one engine: a conversation stays with one of them while that one answers, then moves on.

Each conversation ranks the addresses in an order of its own (rendezvous hashing), so that one which dies moves its own
conversations and no others, and gets them back. What its trackers held is forgotten, which they may be.
"""

import asyncio
import logging
from collections.abc import Sequence
from hashlib import blake2b

from bot.core.settings import masked
from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput
from bot.dialogue.rasa import RasaEngine, RasaGone

SHARE_OF_THE_TURN = 0.9
"""An address is given up a little before the turn itself is, so that a slow one is known to be slow."""
LOOK_SECONDS = 0.5
FAILURES_IN_A_ROW = 3
FAILURES_REST_SECONDS = 5.0
log = logging.getLogger(__name__)


class StickyRasas:
    name = "rasa"

    def __init__(self, urls: Sequence[str], *, timeout_seconds: float) -> None:
        self._rasas = [_Rasa(url, SHARE_OF_THE_TURN * timeout_seconds) for url in urls]

    async def answer(self, turn: TurnInput) -> EngineReply:
        """The reply of the conversation's Rasa; where that one is gone, of the next, at once.

        A turn that merely failed is not asked again elsewhere: what breaks one of them would break the others.
        """
        for rasa in self._ranked(turn.sender.partition(":")[0]):
            if not rasa.is_out:
                try:
                    return await self._ask(rasa, turn)
                except RasaGone as gone:
                    rasa.leave_out(cause=str(gone))
        raise EngineFailed("no rasa is there")

    @property
    def urls(self) -> list[str]:
        return [rasa.url for rasa in self._rasas]

    async def ready(self) -> bool:
        return any(await asyncio.gather(*(rasa.ready() for rasa in self._rasas)))

    async def ready_at(self, url: str) -> bool:
        """Whether the one of this address would answer now."""
        return await next(rasa for rasa in self._rasas if rasa.url == url).ready()

    async def close(self) -> None:
        await asyncio.gather(*(rasa.close() for rasa in self._rasas))

    def _ranked(self, conversation: str) -> list["_Rasa"]:
        return sorted(self._rasas, key=lambda rasa: blake2b(f"{rasa.url} {conversation}".encode()).digest())

    async def _ask(self, rasa: "_Rasa", turn: TurnInput) -> EngineReply:
        try:
            reply = await rasa.engine.answer(turn)
        except RasaGone:
            raise
        except EngineFailed as failed:
            rasa.failures += 1
            others = any(not other.is_out for other in self._rasas if other is not rasa)
            if rasa.failures >= FAILURES_IN_A_ROW and others:
                rasa.leave_out(cause=str(failed), rest_seconds=FAILURES_REST_SECONDS)
            raise
        rasa.failures = 0
        return reply


class _Rasa:
    """One address. While it is out nobody asks it; it is looked after until it answers again."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self.url = url
        self.engine = RasaEngine(url, timeout_seconds=timeout_seconds)
        self.failures = 0
        self._return: asyncio.Task[None] | None = None

    @property
    def is_out(self) -> bool:
        return self._return is not None

    async def ready(self) -> bool:
        return not self.is_out and await self.engine.ready()

    def leave_out(self, *, cause: str, rest_seconds: float = 0.0) -> None:
        if self._return is None:
            log.warning("a rasa is left out", extra={"address": masked(self.url), "cause": cause})
            self._return = asyncio.create_task(self._await_return(rest_seconds))

    async def close(self) -> None:
        if self._return is not None:
            self._return.cancel()
        await self.engine.close()

    async def _await_return(self, rest_seconds: float) -> None:
        await asyncio.sleep(rest_seconds)
        while True:
            if await self.engine.ready():
                break
            await asyncio.sleep(LOOK_SECONDS)
        self.failures, self._return = 0, None
        log.info("a rasa is back", extra={"address": masked(self.url)})
