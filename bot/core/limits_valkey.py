"""Rate limits that all processes count together, in lists on Valkey or Redis.

This process counts as well, and first: what it refuses by itself is not asked about, and while the server is away or
slow its own count is all there is.
"""

import asyncio
import logging
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.core import metrics
from bot.core.limits import ProcessLimits, Window, refused

AWAY_SECONDS = 0.25
"""A round trip that takes longer means that the server is away: then nobody waits at all until it is back."""
RETURN_SECONDS = 1.0
COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waits, key, argument = {}, 1, 1
while ARGV[argument] do
    local windows, wait = tonumber(ARGV[argument]), 0
    for place = 0, windows - 1 do
        local events, limit = KEYS[key + place], tonumber(ARGV[argument + 1 + 2 * place])
        local length = tonumber(ARGV[argument + 2 + 2 * place])
        local oldest = redis.call('LINDEX', events, 0)
        while oldest and tonumber(oldest) <= now - length do
            redis.call('LPOP', events)
            oldest = redis.call('LINDEX', events, 0)
        end
        if redis.call('LLEN', events) >= limit then
            wait = math.max(wait, redis.call('LINDEX', events, -limit) + length - now)
        end
    end
    if wait == 0 then
        for place = 0, windows - 1 do
            redis.call('RPUSH', KEYS[key + place], string.format('%d', now))
            redis.call('PEXPIRE', KEYS[key + place], ARGV[argument + 2 + 2 * place])
        end
    end
    waits[#waits + 1] = wait
    key, argument = key + windows, argument + 1 + 2 * windows
end
return waits
"""
"""Many events in one call. KEYS: the windows of all events in turn; ARGV, for each event: how many windows it has, then
limit and milliseconds of each. Answers for each event how many milliseconds to wait; 0: it was counted in all."""
log = logging.getLogger(__name__)


class ValkeyLimits:
    """Events that come together share one round trip, and each round trip is one atomic script.

    One event waits `wait_seconds` at most; an answer that comes later still counts on the server.
    """

    def __init__(self, url: str, *, wait_seconds: float) -> None:
        self._own = ProcessLimits()
        self._wait_seconds = wait_seconds
        away = max(AWAY_SECONDS, wait_seconds)
        self._client = redis.asyncio.Redis.from_url(
            url, socket_timeout=away, socket_connect_timeout=away, retry=Retry(NoBackoff(), 0)
        )
        self._count = self._client.register_script(COUNT)
        self._asked: list[tuple[tuple[Window, ...], asyncio.Future[int | None]]] = []
        self._asking: asyncio.Task[None] | None = None
        self._returning: asyncio.Task[None] | None = None
        self._told = False
        self.away = True
        self.uncounted = 0
        """Events that only this process counted, since nobody answered in time."""

    def open(self) -> None:
        self._returning = asyncio.create_task(self._await_return())

    async def close(self) -> None:
        tasks = [task for task in (self._asking, self._returning) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    async def check(self, *windows: Window) -> None:
        await self._own.check(*windows)
        wait = None if self.away else await self._ask(windows)
        if wait is None:
            self.uncounted += 1
            metrics.LIMITS_COUNTED_ALONE.inc()
        elif wait:
            await self._own.forgive(*windows)
            raise refused(wait / 1000, windows)

    async def forgive(self, *windows: Window) -> None:
        await self._own.forgive(*windows)
        if self.away:
            return
        try:
            async with self._client.pipeline(transaction=False) as together:
                for window in windows:
                    together.rpop(_place(window))
                await together.execute()
        except (RedisError, OSError):
            self._lose()

    async def _ask(self, windows: tuple[Window, ...]) -> int | None:
        """Milliseconds until there is room, 0 where the event was counted; None where no answer came in time."""
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._asked.append((windows, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_for_all())
        with suppress(TimeoutError):
            return await asyncio.wait_for(answer, self._wait_seconds)
        return None

    async def _ask_for_all(self) -> None:
        while self._asked:
            together, self._asked = self._asked, []
            places, numbers = _told_to_the_server([windows for windows, _ in together])
            waits: list[int | None]
            try:
                waits = await self._count(keys=places, args=numbers)
            except (RedisError, OSError):
                self._lose()
                waits = [None] * len(together)
            for (_, answer), wait in zip(together, waits, strict=True):
                if not answer.done():
                    answer.set_result(wait)

    def _lose(self) -> None:
        """Count alone from now on, until the server is back."""
        self.away = True
        if self._returning is None or self._returning.done():
            self._returning = asyncio.create_task(self._await_return())

    async def _await_return(self) -> None:
        while self.away:
            try:
                await self._count(keys=[], args=[])
            except (RedisError, OSError) as error:
                self._tell_once(error)
                await asyncio.sleep(RETURN_SECONDS)
            else:
                self.away = False
        if self._told:
            log.info("limits are counted together again")
        self._told = False

    def _tell_once(self, error: Exception) -> None:
        if not self._told:
            log.warning("limits are counted by each process for itself", extra={"cause": type(error).__name__})
        self._told = True


def _told_to_the_server(events: list[tuple[Window, ...]]) -> tuple[list[str], list[Any]]:
    """The script's KEYS and ARGV."""
    places = [_place(window) for windows in events for window in windows]
    numbers: list[Any] = []
    for windows in events:
        numbers.append(len(windows))
        for window in windows:
            numbers += [window.limit, round(window.seconds * 1000)]
    return places, numbers


def _place(window: Window) -> str:
    """No address of anybody stands on the server."""
    return f"firebreak:limit:{blake2b(window.key.encode(), digest_size=16).hexdigest()}:{window.seconds:g}"
