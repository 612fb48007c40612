"""How long a customer waits for "received": 50 sockets, 200 messages a second offered, turns running all the while."""

import asyncio
import signal
import time
from collections.abc import Iterator

import aiohttp

from bench.chat.customers import Line, open_line
from bench.product import Product
from bench.report import figure, percentile, say

SOCKETS = 50
OFFERED_PER_SECOND = 200
SECONDS = 20
P50_MS, P99_MS = 10, 50


async def measure(product: Product, texts: Iterator[str]) -> None:
    """With Rasa up, then with Rasa stopped by SIGSTOP."""
    await _once(product.url, texts, "Rasa up")
    stopped = product.kill("rasa", sign=signal.SIGSTOP)
    try:
        await _once(product.url, texts, "Rasa stopped")
    finally:
        if stopped is not None:
            product.kill("rasa", sign=signal.SIGCONT)


async def _once(url: str, texts: Iterator[str], condition: str) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        lines = [await open_line(http, url) for _ in range(SOCKETS)]
        listeners = [asyncio.create_task(line.listen()) for line in lines]
        say(f"offering {OFFERED_PER_SECOND} messages a second for {SECONDS} s, {condition}")
        await _offer(lines, texts)
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


async def _offer(lines: list[Line], texts: Iterator[str]) -> None:
    began = time.perf_counter()
    for number in range(OFFERED_PER_SECOND * SECONDS):
        due = began + number / OFFERED_PER_SECOND
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        await lines[number % len(lines)].send(next(texts))


def _waits(lines: list[Line]) -> list[float]:
    return [line.acked[one] - at for line in lines for one, at in line.sent.items() if one in line.acked]
