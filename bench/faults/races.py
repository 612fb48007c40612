"""`python -m bench.faults.races`: an agent claims while the bot is about to answer; no word of the bot may follow.

On each database a web process with the scripted engine, so that thousands of races take a minute or two. Each race
gives the bot the word, lets the customer write, and claims at a random moment in between.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import aiohttp

from bench import product as whole
from bench.chat.customers import Line, open_line
from bench.faults import checker, postgres, rows
from bench.report import figure, say
from bot import migrations
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT

EMAIL, PASSWORD = "bench@emberly.example", "only for the bench"
LANES = 8
WORDS = 2
LATEST_CLAIM_SECONDS = 0.1
START_SECONDS = 90
SETTLE_SECONDS = 60


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.faults.races", description=__doc__)
    asked.add_argument("--races", type=int, default=5000)
    asked.add_argument("--seed", type=int, default=5)
    asked.add_argument("--database", choices=("sqlite", "postgres"), action="append")
    arguments = asked.parse_args(argv)
    for name in arguments.database or ("sqlite", "postgres"):
        with ExitStack() as held:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="firebreak-races-")))
            server = held.enter_context(postgres.running()) if name == "postgres" else None
            database_url = server.url() if server else f"sqlite:///{folder / 'firebreak.db'}"
            url = held.enter_context(_serving(folder, database_url))
            began = time.perf_counter()
            asyncio.run(_race_all(url, arguments.races, random.Random(arguments.seed)))
            _report(name, Database(database_url), arguments.races, time.perf_counter() - began)


@contextmanager
def _serving(folder: Path, database_url: str) -> Iterator[str]:
    migrations.upgrade(database_url)
    settings = {**whole.UNLIMITED, "database_url": database_url, "engine": "scripted"}
    whole.hire(folder, EMAIL, "agent", PASSWORD, settings=settings)
    port = whole.free_port()
    environment = {**os.environ, **{f"FIREBREAK_{name.upper()}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


async def _race_all(url: str, races: int, dice: random.Random) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _await_start(http, url)
        async with http.post(f"{url}/api/v1/staff/login", json={"email": EMAIL, "password": PASSWORD}) as response:
            agent = {"Authorization": f"Bearer {(await response.json())['token']}"}
        http.cookie_jar.clear()
        say(f"{races} races between a claim and the bot's answer")
        shares = [races // LANES + (lane < races % LANES) for lane in range(LANES)]
        await asyncio.gather(*(_lane(http, url, agent, share, dice) for share in shares))
        await _settle(http, url)


async def _lane(http: aiohttp.ClientSession, url: str, agent: dict[str, str], races: int, dice: random.Random) -> None:
    """One conversation, again and again."""
    line = await open_line(http, url)
    listener = asyncio.create_task(line.listen())
    await line.send("I want to talk to a person")
    await _until(lambda: line.state == "queue")
    ticket = f"{url}/api/v1/desk/tickets/{await _number(line)}"
    await _post(http, f"{ticket}/claim", agent)
    for race in range(races):
        await _post(http, f"{ticket}/return-to-bot", agent)
        for word in range(WORDS):
            await line.send(f"hello {race} {word}")
        await asyncio.sleep(dice.random() * LATEST_CLAIM_SECONDS)
        await _post(http, f"{ticket}/claim", agent)
        await _until(lambda: len(line.acked) == len(line.sent))
    await line.close()
    listener.cancel()


async def _until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not seen():
        if time.monotonic() > deadline:
            raise TimeoutError("a race did not come to its end")
        await asyncio.sleep(0.005)


async def _number(line: Line) -> int:
    headers = {"Authorization": f"Bearer {line.token}"}
    async with line.http.get(f"{line.url}/api/v1/conversations/{line.conversation_id}/ticket", headers=headers) as one:
        number: int = (await one.json())["number"]
        return number


async def _post(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
    async with http.post(url, json={}, headers=headers) as response:
        response.raise_for_status()


async def _await_start(http: aiohttp.ClientSession, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            async with http.get(f"{url}/healthz") as response:
                response.raise_for_status()
                return
        except aiohttp.ClientError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


async def _settle(http: aiohttp.ClientSession, url: str) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        async with http.get(f"{url}/metrics") as response:
            if "\nfirebreak_waiting_turns 0.0" in await response.text():
                return
        await asyncio.sleep(0.3)


def _report(name: str, database: Database, races: int, seconds: float) -> None:
    with database.snapshot() as session:
        found = rows.read(session)
    database.close()
    late = checker.bot_after_claim([], found)
    outcomes = Counter(turn.outcome for turn in found.turns)
    told = {
        "races": sum(event.event == "claimed" for event in found.events) - LANES,
        "asked for": races,
        "answered by the bot": sum(row.author == "bot" for row in found.messages),
        "left to the agent": outcomes["with_agent"],
        "disordered": len(checker.disordered([], found)),
        "seconds": round(seconds, 1),
    }
    ok = not late and told["races"] == races
    figure(
        "faults",
        f"bot words after an agent's claim, {name}",
        len(late),
        "messages",
        target="0",
        ok=ok,
        compared_to=told,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
