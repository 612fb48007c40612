"""`python -m bench.faults`: hundreds of faults on the whole product under load; then nothing may be missing.

It starts the product with links of ours between its parts, has customers and an agent at it, strikes by a seeded
schedule, waits until all is quiet, and compares what was acknowledged with what is stored and seen.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench import product as whole
from bench.chat.texts import never_seen
from bench.faults import checker, postgres, recovery, rows, schedule
from bench.faults.journal import Journal, Refused, now
from bench.faults.links import Link, free_ports
from bench.faults.people import AWAY, Agent, Customer, Thread, texts
from bench.faults.recovery import Struck
from bench.faults.schedule import Fault
from bench.faults.strike import Scene, strike, works_again
from bench.report import figure, percentile, say
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT
from knowledge_index import seed

ROOM = "faults"
EMAIL, PASSWORD = "bench@emberly.example", "only for the bench"
INNER = ("rasa", "actions", "knowledge")
QUIET_SECONDS = 240
LATEST = 1.25
AT_ONCE = 2
CATCH_UP_SECONDS = 20.0
SHOWN_DEFECTS = 12


@dataclass
class Run:
    """One bench: what is asked of it, and what it has gathered."""

    faults: int
    seconds: float
    customers: int
    dice: random.Random
    journal: Journal
    struck: list[Struck] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    striking: int = 0


def main(argv: list[str]) -> None:
    arguments = _arguments(argv)
    say(f"seed {arguments.seed}, {arguments.database}; starting the product")
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="firebreak-faults-")))
        server = held.enter_context(postgres.running()) if arguments.database == "postgres" else None
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
        journal = Journal((arguments.keep or folder) / "journal.jsonl")
        run = Run(arguments.faults, arguments.minutes * 60, arguments.customers, random.Random(arguments.seed), journal)
        asyncio.run(_bench(run, folder, server, arguments))


def _arguments(argv: list[str]) -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    asked.add_argument("--faults", type=int, default=300)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked.add_argument("--minutes", type=float, default=8.5, help="over which the faults are spread")
    asked.add_argument("--customers", type=int, default=12)
    asked.add_argument("--keep", type=Path, help="folder for the journal and the data directory")
    asked.add_argument("--data", type=Path, default=PROJECT_ROOT.parent / "shared" / "data", help="public questions")
    return asked.parse_args(argv)


async def _bench(run: Run, folder: Path, server: postgres.Postgres | None, arguments: argparse.Namespace) -> None:
    web, *ports = free_ports(1 + 2 * len(INNER) + 2)
    links = {name: Link(ports[2 * place], ports[2 * place + 1]) for place, name in enumerate(INNER)}
    links["web"] = Link(ports[-2], web)
    settings = {
        **whole.UNLIMITED,
        "models_dir": str(PROJECT_ROOT / "models"),
        **{f"{name}_url": f"http://127.0.0.1:{links[name].target}" for name in INNER},
    }
    if server is not None:
        links["database"] = Link(ports[-1], server.socket)
        settings["database_url"] = server.url(port=ports[-1])
    for link in links.values():
        await link.open()
    wired = {f"{name}_url": f"http://127.0.0.1:{links[name].port}" for name in INNER}
    starting = whole.running(folder, settings=settings, port=web, wired=wired)
    product = await asyncio.to_thread(starting.__enter__)
    try:
        await asyncio.to_thread(_hire, folder, settings)
        defects, found, scene = await _under_load(run, Scene(product, links, server), folder, arguments)
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)
        if arguments.keep:
            await asyncio.to_thread(_keep, folder, arguments.keep / "data")
        for link in links.values():
            await link.close()
    _report(run, defects, found, scene)


def _keep(folder: Path, where: Path) -> None:
    """The database and the logs; pipes and sockets cannot be copied, and models need not."""
    shutil.copytree(folder, where, dirs_exist_ok=True, ignore=shutil.ignore_patterns("run", "models", "home", "tmp"))


def _hire(folder: Path, settings: dict[str, str]) -> None:
    whole.hire(folder, EMAIL, "agent", PASSWORD, settings=settings)


async def _under_load(
    run: Run, scene: Scene, folder: Path, arguments: argparse.Namespace
) -> tuple[dict[str, list[str]], rows.Rows, Scene]:
    url = f"http://127.0.0.1:{scene.links['web'].port}"
    stop = asyncio.Event()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        text = texts(run.dice, _answerable(), {name: never_seen(name, arguments.data) for name in ("en", "zh")})
        customers = [Customer(http, url, run.journal, run.dice, text) for _ in range(run.customers)]
        agent = Agent(http, url, run.journal, run.dice, await _sign_in(http, scene.product.url))
        at_work = [asyncio.create_task(one.live(stop)) for one in customers]
        at_work.append(asyncio.create_task(agent.live(stop)))
        await _strike_all(run, scene)
        stop.set()
        await asyncio.gather(*at_work)
        say("the last fault is over; waiting until everything is answered")
        await _quiet(http, scene.product.url)
        threads = [thread for customer in customers for thread in customer.threads]
        database = Database(scene.postgres.url() if scene.postgres else f"sqlite:///{folder / 'firebreak.db'}")
        found = await asyncio.to_thread(_read, database)
        await _catch_up(threads, found)
        database.close()
    run.journal.close()
    return checker.check(run.journal.entries, found), found, scene


def _answerable() -> list[str]:
    return [str(article["question"]) for article in seed.articles()]


async def _sign_in(http: aiohttp.ClientSession, url: str) -> str:
    async with http.post(f"{url}/api/v1/staff/login", json={"email": EMAIL, "password": PASSWORD}) as response:
        token: str = (await response.json())["token"]
    http.cookie_jar.clear()
    return token


async def _strike_all(run: Run, scene: Scene) -> None:
    """`faults` of them over `seconds`, or as many as a slow machine allows in LATEST times that; AT_ONCE at the most.
    A fault whose place is not free, or that met nobody, does not count."""
    drawn = schedule.draw(run.dice, postgres=scene.postgres is not None)
    began, under_way = now(), set[asyncio.Task[None]]()
    while (begun := len(run.struck) + run.striking) < run.faults and now() - began < LATEST * run.seconds:
        await asyncio.sleep(max(0.1, began + run.seconds * begun / run.faults - now()))
        if run.striking >= AT_ONCE:
            continue
        for fault in _free(next(drawn), run.busy):
            run.busy.add(fault.place)
            run.striking += 1
            task = asyncio.create_task(_strike(run, scene, fault))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)


def _free(faults: tuple[Fault, ...], busy: set[str]) -> Iterator[Fault]:
    for fault in faults:
        if fault.place not in busy:
            yield fault


async def _strike(run: Run, scene: Scene, fault: Fault) -> None:
    """Strike once, and leave the place alone until it works again: what is down already has nothing to show."""
    began = now()
    try:
        done = await strike(scene, fault)
        run.striking -= 1
        if done:
            run.struck.append(Struck(fault, began, now()))
            say(f"{len(run.struck):>3} of {run.faults}  {fault}")
        await works_again(scene, fault)
    finally:
        run.busy.discard(fault.place)


async def _quiet(http: aiohttp.ClientSession, url: str) -> None:
    """Until every part is ready, nothing waits for an answer and no job is due; says what is left when time is up."""
    deadline, shown = now() + QUIET_SECONDS, ""
    while now() < deadline:
        with contextlib.suppress(*AWAY):
            async with http.get(f"{url}/metrics") as response:
                shown = await response.text()
            async with http.get(f"{url}/readyz") as response:
                answering = (await response.json())["answering"]
                if answering and "\nfirebreak_waiting_turns 0.0" in shown:
                    await asyncio.sleep(2)
                    return
        await asyncio.sleep(0.5)
    say(f"not quiet after {QUIET_SECONDS} s")


def _read(database: Database) -> rows.Rows:
    with database.snapshot() as session:
        return rows.read(session)


async def _catch_up(threads: list[Thread], found: rows.Rows) -> None:
    """Every customer opens the conversation once more and gets what is still to be seen."""
    last: dict[str, int] = Counter()
    for row in found.messages:
        last[row.conversation_id] = max(last[row.conversation_id], row.seq)
    gate = asyncio.Semaphore(20)

    async def resume(thread: Thread) -> None:
        async with gate:
            listening = asyncio.create_task(thread.listen())
            await thread.sees(last[thread.conversation_id], seconds=CATCH_UP_SECONDS)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    await asyncio.gather(*(resume(thread) for thread in threads))


def _report(run: Run, defects: dict[str, list[str]], found: rows.Rows, scene: Scene) -> None:
    for name, sentences in defects.items():
        for sentence in sentences[:SHOWN_DEFECTS]:
            say(f"{name}: {sentence}")
    told: dict[str, Any] = {
        "faults": len(run.struck),
        "customer messages": sum(row.author == "customer" for row in found.messages),
        "answers": sum(row.author in ("bot", "system") and row.in_reply_to is not None for row in found.messages),
        "tickets": len(found.tickets),
        "refusals": dict(Counter(one.code for one in run.journal.entries if isinstance(one, Refused))),
        "database": "postgres" if scene.postgres else "sqlite",
    }
    _zero("faults that were to be done and were not", run.faults - min(run.faults, len(run.struck)), told)
    for name, sentences in defects.items():
        _zero(name, len(sentences), told)
    _zero("parts stopped for good and not noticed", len(scene.unnoticed), {"parts": scene.unnoticed})
    for kind, (acks, answers) in sorted(recovery.by_kind(run.struck, recovery.flow(run.journal.entries)).items()):
        _recovered(kind, "acks", acks)
        _recovered(kind, "answers", answers)


def _zero(name: str, count: int, told: dict[str, Any]) -> None:
    figure(ROOM, name, count, "cases", target="0", ok=count == 0, compared_to=told)


def _recovered(kind: str, what: str, waits: list[float]) -> None:
    if waits:
        told = {"p50": round(percentile(waits, 0.5), 2), "times": len(waits)}
        figure(
            ROOM, f"{kind}; until {what} flow again, longest", max(waits), "s", target="none yet", ok=True,
            compared_to=told,
        )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
