"""Rasa over its REST channel on loopback. A crashed turn there is HTTP 200 and `[]`: no signal is a failure.

Rasa cuts a text at every blank line and sends the pieces; they are one text again here.
"""

import logging
from typing import Any

import aiohttp
import orjson

from bot import wire
from bot.dialogue import signals
from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput

READY_TIMEOUT_SECONDS = 1.0
log = logging.getLogger(__name__)


class RasaGone(EngineFailed):
    """Nobody was there to take the turn, or whoever took it ended."""


class RasaEngine:
    name = "rasa"

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=1.0)
        self._client: aiohttp.ClientSession | None = None

    async def answer(self, turn: TurnInput) -> EngineReply:
        body = {"sender": turn.sender, "message": as_text(turn.text), "metadata": _metadata(turn)}
        try:
            async with self._http().post(f"{self._url}/webhooks/rest/webhook", data=orjson.dumps(body)) as response:
                if response.status != 200:
                    raise EngineFailed(f"rasa answered {response.status}")
                return _reply(orjson.loads(await response.read()))
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise RasaGone(f"rasa did not answer: {type(error).__name__}") from error
        except (aiohttp.ClientError, orjson.JSONDecodeError) as error:
            raise EngineFailed(f"rasa did not answer: {type(error).__name__}") from error

    async def ready(self) -> bool:
        try:
            timeout = aiohttp.ClientTimeout(total=READY_TIMEOUT_SECONDS)
            async with self._http().get(f"{self._url}/", timeout=timeout) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                timeout=self._timeout, headers={"Content-Type": "application/json"}, trust_env=False
            )
        return self._client


def as_text(text: str) -> str:
    """A leading `/`, also behind blanks, would be an intent or a command to Rasa: the full-width one is not."""
    bare = text.lstrip()
    return f"／{bare[1:]}" if bare.startswith("/") else text


def _metadata(turn: TurnInput) -> dict[str, Any]:
    return {
        "language": turn.language,
        "embedding": turn.embedding,
        "entities": list(turn.entities),
        "ticket": turn.ticket,
        "holding": turn.holding,
        "message_id": turn.message_id,
        "passed_over": turn.passed_over,
    }


def _reply(parts: Any) -> EngineReply:
    if not isinstance(parts, list):
        raise EngineFailed("rasa sent something else than a list")
    texts = tuple(str(part["text"]) for part in parts if isinstance(part, dict) and part.get("text"))
    found = tuple(
        signals.read(part["custom"])
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("custom"), dict)
    )
    if not found:
        raise EngineFailed("rasa sent no signal")
    if any(signal.extra.get("reason") == wire.KNOWLEDGE_DOWN for signal in found):
        raise EngineFailed("the actions could not search")
    return EngineReply(("\n\n".join(texts),) if texts else (), found, "rasa")
