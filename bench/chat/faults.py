"""`kill -9` of web and of Rasa at random moments under load: what was acknowledged is compared with what is there."""

import asyncio
import contextlib
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.product import Product
from bench.report import figure, say

KILLS = 20
CUSTOMERS = 8
PAUSE_SECONDS = (0.05, 0.4)
BETWEEN_KILLS_SECONDS = (1.0, 5.0)
SETTLE_SECONDS = 150
_numbers = itertools.count()


@dataclass
class Customer:
    """Somebody who writes on and on, and sends again what was not acknowledged."""

    http: aiohttp.ClientSession
    url: str
    texts: Iterator[str]
    conversation_id: str = ""
    token: str = ""
    acked: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        body = {"channel": "web", "visitor_id": f"fault-{time.time_ns()}-{next(_numbers)}"}
        async with self.http.post(f"{self.url}/api/v1/conversations", json=body) as response:
            started = await response.json()
        self.conversation_id, self.token = started["conversation_id"], started["token"]

    async def write(self, stop: asyncio.Event, dice: random.Random) -> None:
        while not stop.is_set():
            client_id = f"f{next(_numbers)}"
            self.sent.append(client_id)
            await self._send_until_acked(client_id, next(self.texts))
            await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))

    async def thread(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            async with self.http.get(
                f"{self._base()}/messages", params={"after_seq": after}, headers=self._headers()
            ) as response:
                page = (await response.json())["messages"]
            if not page:
                return found
            found += page

    async def state(self) -> str:
        async with self.http.get(
            f"{self._base()}/messages", params={"after_seq": 10**9}, headers=self._headers()
        ) as response:
            state: str = (await response.json())["state"]
            return state

    async def _send_until_acked(self, client_id: str, text: str) -> None:
        body = {"client_message_id": client_id, "text": text}
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, json.JSONDecodeError):
                async with self.http.post(f"{self._base()}/messages", json=body, headers=self._headers()) as response:
                    if response.status in (200, 202):
                        self.acked[client_id] = await response.json()
                        return
            await asyncio.sleep(0.1)

    def _base(self) -> str:
        return f"{self.url}/api/v1/conversations/{self.conversation_id}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def measure(product: Product, texts: Iterator[str], *, kills: int = KILLS, seed: int = 11) -> None:
    """Kill, wait until everything is settled, then check every acknowledged message."""
    dice = random.Random(seed)
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as http:
        customers = [Customer(http, product.url, texts) for _ in range(CUSTOMERS)]
        for customer in customers:
            await customer.begin()
        stop = asyncio.Event()
        writers = [asyncio.create_task(customer.write(stop, dice)) for customer in customers]
        killed = await _kill(product, kills, dice)
        stop.set()
        await asyncio.gather(*writers)
        unsettled = await _settle(http, product.url)
        found = [await _check(customer) for customer in customers]
    _report(killed, sum(found, Counter()), unsettled)


async def _kill(product: Product, kills: int, dice: random.Random) -> Counter[str]:
    killed: Counter[str] = Counter()
    while sum(killed.values()) < kills:
        await asyncio.sleep(dice.uniform(*BETWEEN_KILLS_SECONDS))
        part = dice.choice(["web", "rasa"])
        if await asyncio.to_thread(product.kill, part) is not None:
            killed[part] += 1
            say(f"killed {part} ({sum(killed.values())} of {kills})")
    return killed


def await_quiet(url: str) -> None:
    """Until nothing of an earlier measurement is left to answer."""

    async def quiet() -> None:
        async with aiohttp.ClientSession() as http:
            if left := await _settle(http, url):
                say(f"{left} messages of the part before are still waiting")

    asyncio.run(quiet())


async def _settle(http: aiohttp.ClientSession, url: str) -> int:
    """Wait until no message is owed an answer; how many still are when time runs out."""
    deadline, waiting = time.monotonic() + SETTLE_SECONDS, -1
    while time.monotonic() < deadline:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(f"{url}/metrics") as response:
                lines = (await response.text()).splitlines()
            waiting = int(float(next(line for line in lines if line.startswith("firebreak_waiting_turns ")).split()[1]))
            if waiting == 0:
                return 0
        await asyncio.sleep(0.5)
    return waiting


async def _check(customer: Customer) -> Counter[str]:
    thread = await customer.thread()
    mine = [message for message in thread if message["author"] == "customer"]
    ours = [message for message in thread if message["author"] != "customer"]
    by_client = Counter(message.get("client_message_id") for message in mine)
    answered = {message.get("in_reply_to") for message in ours}
    handed_over = await customer.state() != "bot"
    numbers = [message["seq"] for message in thread]
    stored_order = [message["client_message_id"] for message in mine]
    return Counter(
        acked=len(customer.acked),
        lost=sum(one not in by_client for one in customer.acked),
        doubled=sum(count - 1 for count in by_client.values()) + _said_twice(ours),
        disordered=int(numbers != list(range(1, len(numbers) + 1))) + int(stored_order != customer.sent),
        unanswered=0 if handed_over else sum(message["message_id"] not in answered for message in mine),
    )


def _said_twice(ours: list[dict[str, Any]]) -> int:
    parts = Counter((message.get("in_reply_to"), message["text"]) for message in ours if message.get("in_reply_to"))
    return sum(count - 1 for count in parts.values())


def _report(killed: Counter[str], found: Counter[str], unsettled: int) -> None:
    told = {"kills": dict(killed), "acknowledged": found["acked"]}
    for name in ("lost", "doubled", "disordered"):
        figure("chat", f"kill -9: {name}", found[name], "messages", target="0", ok=found[name] == 0, compared_to=told)
    open_ends = found["unanswered"] + unsettled
    figure(
        "chat", "kill -9: unanswered in the end", open_ends, "messages", target="0", ok=not open_ends, compared_to=told
    )
