"""Answered turns: how many a second through everything, how long one takes alone, and twenty at once in order."""

import asyncio
import time
from collections.abc import Iterator

import aiohttp

from bench.chat.customers import Line, open_line
from bench.report import figure, percentile, say

CONVERSATIONS = 32
SECONDS = 12
MESSAGES_A_CONVERSATION = 4
BURST = 20
BURST_TARGET_SECONDS = 1.5
ALONE = 100
WARM_UP = 5
ALONE_TARGETS_MS = {"new English": (45, 100), "new Chinese": (55, 130), "cached": (30, 80)}
"""p50 and p99."""


async def per_second(url: str, texts: Iterator[str], *, seconds: float = SECONDS) -> float:
    """Turns a second over CONVERSATIONS customers who each wait for the answer before they write again."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        until = time.perf_counter() + seconds
        began = time.perf_counter()
        done = await asyncio.gather(*(_customer(http, url, texts, until) for _ in range(CONVERSATIONS)))
        return sum(done) / (time.perf_counter() - began)


async def _customer(http: aiohttp.ClientSession, url: str, texts: Iterator[str], until: float) -> int:
    answered = 0
    while time.perf_counter() < until:
        line = await open_line(http, url)
        listener = asyncio.create_task(line.listen())
        for _ in range(MESSAGES_A_CONVERSATION):
            if time.perf_counter() >= until or line.state != "bot":
                break
            _, author = await ask(line, next(texts))
            answered += 1
            if author != "bot":
                break
        await line.close()
        listener.cancel()
    return answered


async def stock_per_second(
    address: str, texts: Iterator[str], *, language: str = "en", seconds: float = SECONDS
) -> float:
    """The same customers at Rasa's own REST channel, a new sender every MESSAGES_A_CONVERSATION messages."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        began = time.perf_counter()
        until = began + seconds
        customers = (_stock_customer(http, address, texts, language, until) for _ in range(CONVERSATIONS))
        done = await asyncio.gather(*customers)
        return sum(done) / (time.perf_counter() - began)


async def _stock_customer(
    http: aiohttp.ClientSession, address: str, texts: Iterator[str], language: str, until: float
) -> int:
    answered = 0
    metadata = {"language": language, "embedding": language}
    while time.perf_counter() < until:
        sender = f"{answered // MESSAGES_A_CONVERSATION}-{id(until)}-{time.time_ns()}"
        for _ in range(MESSAGES_A_CONVERSATION):
            body = {"sender": sender, "message": next(texts), "metadata": metadata}
            async with http.post(f"{address}/webhooks/rest/webhook", json=body) as response:
                answered += bool(await response.json())
    return answered


async def ask(line: Line, text: str) -> tuple[float, str]:
    """Send one message; seconds from there to the first words in answer to it, and whose they are."""
    client_id = await line.send(text)
    while True:
        at, message = await asyncio.wait_for(line.answers.get(), 60)
        if line.message_ids.get(message.get("in_reply_to", "")) == client_id and message["author"] != "customer":
            return at - line.sent[client_id], message["author"]


async def one(http: aiohttp.ClientSession, url: str, text: str) -> float:
    """A new customer's first message: seconds from sending to the answer."""
    line = await open_line(http, url)
    listener = asyncio.create_task(line.listen())
    waited, _ = await ask(line, text)
    await line.close()
    listener.cancel()
    return waited


async def alone(url: str, texts: Iterator[str], name: str) -> None:
    """One customer at a time: from sending to the answer. The first few warm up what is loaded once."""
    async with aiohttp.ClientSession() as http:
        waits = [await one(http, url, next(texts)) for _ in range(WARM_UP + ALONE)][WARM_UP:]
    for share, percent, target in zip((0.5, 0.99), ("p50", "p99"), ALONE_TARGETS_MS[name], strict=True):
        value = percentile(waits, share) * 1000
        measure = f"one turn alone {percent}, {name}"
        figure("chat", measure, value, "ms", target=f"<= {target}", ok=value <= target, compared_to={"turns": ALONE})


async def burst(url: str) -> None:
    """Twenty messages at once in one conversation: how long until the last is answered, and whether in order."""
    async with aiohttp.ClientSession() as http:
        line = await open_line(http, url)
        listener = asyncio.create_task(line.listen())
        say(f"{BURST} messages at once in one conversation")
        began = time.perf_counter()
        sent = [await line.send(f"hello there number {number}") for number in range(BURST)]
        order: list[str] = []
        while len(order) < BURST:
            _, message = await asyncio.wait_for(line.answers.get(), 60)
            client_id = line.message_ids.get(message.get("in_reply_to", ""))
            if client_id is not None and client_id not in order:
                order.append(client_id)
        took = time.perf_counter() - began
        await line.close()
        listener.cancel()
    figure(
        "chat",
        f"{BURST} messages at once in one conversation, answered in order",
        took,
        "s",
        target=f"<= {BURST_TARGET_SECONDS}",
        ok=order == sent and took <= BURST_TARGET_SECONDS,
        compared_to={"in_order": order == sent, "stock": "20 s (measured earlier)"},
    )
