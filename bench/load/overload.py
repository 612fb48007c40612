"""Three times the turns that fit, for a minute: who hears what by when, what acknowledgements do, and what comes after.

The crowd is open: a message comes when it is due, whoever waits. Each customer writes four, as in `turns.per_second`.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator

import aiohttp

from bench.chat import turns
from bench.chat.customers import Line, open_line
from bench.report import figure, percentile, say

TIMES = 3.0
SECONDS = 60.0
CALM_SECONDS, CALM_SHARE = 15.0, 0.5
HEARD_WITHIN = 35.0
NORMAL_WITHIN = 60.0
NORMAL_TURN_SECONDS = 1.0
GIVE_UP_SECONDS = 240.0
LINES_AHEAD = 24


class Crowd:
    """Customers at one door, who keep on listening after they wrote."""

    def __init__(self, http: aiohttp.ClientSession, url: str, texts: Iterator[str]) -> None:
        self._http = http
        self._url = url
        self._texts = texts
        self._fresh: asyncio.Queue[Line] = asyncio.Queue(LINES_AHEAD)
        self._listeners: list[asyncio.Task[None]] = []
        self.lines: list[Line] = []

    async def offer(self, per_second: float, seconds: float) -> float:
        """Send messages at an even pace; how many a second were really sent."""
        openers = [asyncio.create_task(self._open()) for _ in range(4)]
        line = await self._fresh.get()
        began, count = time.perf_counter(), int(per_second * seconds)
        for sent in range(count):
            if sent and sent % turns.MESSAGES_A_CONVERSATION == 0:
                line = await self._fresh.get()
            await asyncio.sleep(max(0.0, began + sent / per_second - time.perf_counter()))
            await line.send(next(self._texts))
        for opener in openers:
            opener.cancel()
        return count / (time.perf_counter() - began)

    def waits_for_ack(self) -> list[float]:
        return [line.acked[one] - at for line in self.lines for one, at in line.sent.items() if one in line.acked]

    def sent(self) -> int:
        return sum(len(line.sent) for line in self.lines)

    def heard(self) -> list[float]:
        """Of every message, how long until it was answered, its customer was told, or a ticket was made."""
        return list(itertools.chain.from_iterable(_heard(line) for line in self.lines))

    async def leave(self) -> None:
        for line in self.lines:
            await line.close()
        for listener in self._listeners:
            listener.cancel()

    async def _open(self) -> None:
        while True:
            line = await open_line(self._http, self._url)
            self.lines.append(line)
            self._listeners.append(asyncio.create_task(line.listen()))
            await self._fresh.put(line)


def _heard(line: Line) -> list[float]:
    said = [line.answers.get_nowait() for _ in range(line.answers.qsize())]
    waits = []
    for client_id, sent_at in line.sent.items():
        answered = [at for at, message in said if line.message_ids.get(message.get("in_reply_to", "")) == client_id]
        told = [at for at, message in said if message["author"] == "system" and at >= sent_at]
        ticketed = [max(sent_at, line.handed_over_at)] if line.handed_over_at is not None else []
        waits.append(min([*answered, *told, *ticketed], default=float("inf")) - sent_at)
    return waits


async def measure(url: str, texts: Iterator[str]) -> None:
    fits = await turns.per_second(url, texts, seconds=CALM_SECONDS)
    say(f"{fits:.1f} turns a second fit; calm first, then {TIMES:g} times as many for {SECONDS:g} s")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        calm, crowd = Crowd(http, url, texts), Crowd(http, url, texts)
        await calm.offer(fits * CALM_SHARE, CALM_SECONDS)
        await _normal_again(http, url, texts)
        offered = await crowd.offer(fits * TIMES, SECONDS)
        normal_after = await _normal_again(http, url, texts)
        _tell_heard(crowd, fits, offered)
        _tell_acks(calm, crowd)
        await calm.leave()
        await crowd.leave()
    figure(
        "load",
        "after overload, until nobody waits and a new message is answered within a second",
        normal_after,
        "s",
        target=f"<= {NORMAL_WITHIN:g}",
        ok=normal_after <= NORMAL_WITHIN,
    )


def _tell_heard(crowd: Crowd, fits: float, offered: float) -> None:
    heard = crowd.heard()
    late = sum(wait > HEARD_WITHIN for wait in heard)
    worst = max(heard)
    figure(
        "load",
        f"overload: longest wait until a message was answered, told of or ticketed, {TIMES:g} x for {SECONDS:g} s",
        min(worst, GIVE_UP_SECONDS),
        "s",
        target=f"<= {HEARD_WITHIN:g}",
        ok=worst <= HEARD_WITHIN,
        compared_to={
            "messages": len(heard),
            "later_than_target": late,
            "never": sum(wait == float("inf") for wait in heard),
            "p50_s": round(percentile(heard, 0.5), 2),
            "p99_s": round(min(percentile(heard, 0.99), GIVE_UP_SECONDS), 2),
            "turns_that_fit_per_second": round(fits, 1),
            "offered_per_second": round(offered, 1),
        },
    )


def _tell_acks(calm: Crowd, crowd: Crowd) -> None:
    before, during = calm.waits_for_ack(), crowd.waits_for_ack()
    value, normal = percentile(during, 0.99) * 1000, percentile(before, 0.99) * 1000
    figure(
        "load",
        "overload: ack p99",
        value,
        "ms",
        target=f"<= 25, or as before ({normal:.1f})",
        ok=len(during) == crowd.sent() and value <= max(25.0, normal),
        compared_to={
            "before_p50": round(percentile(before, 0.5) * 1000, 2),
            "before_p99": round(normal, 2),
            "p50": round(percentile(during, 0.5) * 1000, 2),
            "sent": crowd.sent(),
            "acked": len(during),
        },
    )


async def _normal_again(http: aiohttp.ClientSession, url: str, texts: Iterator[str]) -> float:
    """Seconds until nobody waits, and somebody new is answered within NORMAL_TURN_SECONDS."""
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < GIVE_UP_SECONDS:
        if await _waiting(http, url) == 0 and await turns.one(http, url, next(texts)) <= NORMAL_TURN_SECONDS:
            return took
        await asyncio.sleep(0.5)
    return GIVE_UP_SECONDS


async def _waiting(http: aiohttp.ClientSession, url: str) -> float:
    async with http.get(f"{url}/metrics") as response:
        lines = (await response.text()).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("firebreak_waiting_turns "))
