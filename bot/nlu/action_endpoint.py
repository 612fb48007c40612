"""The way from Rasa to the action server: one kept session and a short time-out.

Rasa itself opens a connection for every action and would wait five minutes for its answer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from rasa.utils.endpoints import EndpointConfig

ACTION_TIMEOUT_SECONDS: Final = 4.0
"""Below the five seconds that a turn may take in all."""


class KeptEndpoint(EndpointConfig):  # type: ignore[misc]
    _kept: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._kept is None or self._kept.closed:
            self._kept = super().session()
        yield self._kept

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["timeout"] = aiohttp.ClientTimeout(total=ACTION_TIMEOUT_SECONDS)
        return await super().request(*args, **kwargs)

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()
