"""An agent claims while the bot is about to answer: no word of the bot may follow the claim."""

import asyncio
import random
from typing import Any

import aiohttp

from bench.chat.customers import open_line
from bench.report import figure, say

RACES = 200
AT_ONCE = 4
WORDS = 3
LATEST_CLAIM_SECONDS = 0.15


async def measure(url: str, *, email: str, password: str, races: int = RACES, seed: int = 5) -> None:
    dice = random.Random(seed)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        async with http.post(f"{url}/api/v1/staff/login", json={"email": email, "password": password}) as response:
            token = (await response.json())["token"]
        http.cookie_jar.clear()
        agent = {"Authorization": f"Bearer {token}"}
        say(f"{races} races between a claim and the bot's answer")
        late = answered = 0
        for start in range(0, races, AT_ONCE):
            batch = min(AT_ONCE, races - start)
            outcomes = await asyncio.gather(*(_race(http, url, agent, dice.random()) for _ in range(batch)))
            late += sum(words for words, _ in outcomes)
            answered += sum(before for _, before in outcomes)
    told = {"races": races, "bot words before the claim": answered}
    figure("chat", "bot words after an agent's claim", late, "messages", target="0", ok=late == 0, compared_to=told)


async def _race(http: aiohttp.ClientSession, url: str, agent: dict[str, str], when: float) -> tuple[int, int]:
    """How many words of the bot came after the claim, and how many before it."""
    line = await open_line(http, url)
    listener = asyncio.create_task(line.listen())
    await line.send("I want to talk to a person")
    while line.state != "queue":
        await asyncio.wait_for(line.answers.get(), 30)
        await asyncio.sleep(0.01)
    number = await _ticket(http, url, line.conversation_id, line.token)
    await _post(http, f"{url}/api/v1/desk/tickets/{number}/claim", agent)
    await _post(http, f"{url}/api/v1/desk/tickets/{number}/return-to-bot", agent)
    for word in range(WORDS):
        await line.send(f"hello number {word}")
    await asyncio.sleep(when * LATEST_CLAIM_SECONDS)
    await _post(http, f"{url}/api/v1/desk/tickets/{number}/claim", agent)
    await asyncio.sleep(0.5)
    await line.close()
    listener.cancel()
    return await _count(http, url, number, agent)


async def _count(http: aiohttp.ClientSession, url: str, number: int, agent: dict[str, str]) -> tuple[int, int]:
    async with http.get(f"{url}/api/v1/desk/tickets/{number}", headers=agent) as response:
        card: dict[str, Any] = await response.json()
    claims = [event["seq"] for event in card["events"] if event["event"] == "claimed"]
    said = [message["seq"] for message in card["messages"] if message["author"] == "bot"]
    return sum(seq > claims[-1] for seq in said), sum(claims[0] < seq < claims[-1] for seq in said)


async def _ticket(http: aiohttp.ClientSession, url: str, conversation_id: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with http.get(f"{url}/api/v1/conversations/{conversation_id}/ticket", headers=headers) as response:
        number: int = (await response.json())["number"]
        return number


async def _post(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
    async with http.post(url, json={}, headers=headers) as response:
        response.raise_for_status()
