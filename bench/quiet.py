"""Wait until the product owes nobody an answer."""

import asyncio
import contextlib
import time

import aiohttp

from bench.report import say

SETTLE_SECONDS = 150


def await_quiet(url: str) -> None:
    """Until nothing of an earlier measurement is left to answer, or time runs out; says what is left then."""
    if left := asyncio.run(_settle(url)):
        say(f"{left} messages of the part before are still waiting")


async def _settle(url: str) -> int:
    deadline, waiting = time.monotonic() + SETTLE_SECONDS, -1
    async with aiohttp.ClientSession() as http:
        while waiting and time.monotonic() < deadline:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                waiting = await _waiting(http, url)
            await asyncio.sleep(0.5 if waiting else 0)
    return waiting


async def _waiting(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(f"{url}/metrics") as response:
        lines = (await response.text()).splitlines()
    return int(float(next(line for line in lines if line.startswith("firebreak_waiting_turns ")).split()[1]))
