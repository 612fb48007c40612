"""The crashes themselves: work is begun, somebody is killed at a random moment of it, all come back, all is looked at.

On SQLite the worker dies with the web process that it is part of; with `database="postgres"` it is one of its own.
"""

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from bench.knowledge.crashes import checker, fell_in, looking, story
from bench.knowledge.crashes.editors import AWAY, Desk, Editor, Refused, bring
from bench.knowledge.crashes.parts import EDITOR, PASSWORD, House, house
from bench.report import figure, percentile, say
from bot.core.db import Database
from bot.knowledge import service
from knowledge_index.client import KnowledgeRefused, KnowledgeUnavailable

ROOM = "knowledge"
TARGETS = {"publish": 3, "import": 3, "rebuild": 2, "following": 3}
HIT_AT_LEAST = 0.1
"""Of all crashes, that many fall into each kind of work."""
AGAIN = 0.3
"""How often the next blow falls while what was killed comes back."""
COMING_BACK_SECONDS = 6.0
LOOK_SECONDS = 0.05
EDITORS = 2
SPAN_SECONDS = (0.05, 8.0)
"""Over which a blow falls at random after work was begun: at least, and at most."""
LOOKS_AT_ALL = 2
SHOWN_DEFECTS = 8
MISSED = (*AWAY, Refused, KnowledgeUnavailable, KnowledgeRefused)


@dataclass
class Bench:
    """One run: what it is done to, and what it has gathered."""

    house: House
    db: Database
    desk: Desk
    dice: random.Random
    may: asyncio.Event = field(default_factory=asyncio.Event)
    lacking: int = 0
    spans: dict[str, float] = field(default_factory=dict)
    crashes: int = 0
    fell_in: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    healed: list[float] = field(default_factory=list)
    asked: int = 0
    looks: int = 0
    defects: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


def measure(count: int, seed: int, database: str, minutes: float) -> None:
    """`minutes`: after that it ends, with as many crashes as there were."""
    with (
        tempfile.TemporaryDirectory(prefix="firebreak-crashes-", ignore_cleanup_errors=True) as folder,
        house(Path(folder), database) as home,
    ):
        asyncio.run(_measure(home, count, seed, database, time.monotonic() + minutes * 60))


async def _measure(home: House, count: int, seed: int, database: str, until: float) -> None:
    say(f"seed {seed}, {database}; starting")
    await home.up()
    db, stop = Database(home.database_url), asyncio.Event()
    async with aiohttp.ClientSession(home.url, timeout=aiohttp.ClientTimeout(total=30)) as http, home.knowledge:
        await _sign_in(http)
        bench = Bench(home, db, Desk(http, random.Random(seed)), random.Random(seed + 1))
        editors = [Editor(bench.desk, f"editor-{number}", bench.may) for number in range(EDITORS)]
        watching = asyncio.create_task(_watch(bench))
        await _rehearse(bench, editors[0])
        at_work = [asyncio.create_task(one.live(stop)) for one in editors]
        while bench.crashes < count and time.monotonic() < until:
            began = time.monotonic()
            told = await _crash(bench, editors[0])
            await _settled(bench, whole=bench.crashes * LOOKS_AT_ALL // count > bench.looks)
            say(f"{bench.crashes:>3} of {count}  {time.monotonic() - began:5.1f} s, {bench.desk.acked} edits; {told}")
        stop.set()
        bench.may.set()
        await asyncio.gather(*at_work)
        bench.may.clear()
        await _settled(bench, whole=True, last=True)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    db.close()
    _report(bench, count, database)


async def _sign_in(http: aiohttp.ClientSession) -> None:
    account = {"email": EDITOR, "password": PASSWORD}
    async with http.post("/api/v1/staff/login", json=account) as answer:
        http.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
    http.cookie_jar.clear()


async def _watch(bench: Bench) -> None:
    """How many articles wait for their vectors; beside everything else, so that no blow waits for a look."""
    while True:
        with contextlib.suppress(*MISSED):
            bench.lacking = int((await bench.house.knowledge.health()).get("vectors_to_come", 0))
        await asyncio.sleep(LOOK_SECONDS)


async def _rehearse(bench: Bench, editor: Editor) -> None:
    """Each kind of work once, undisturbed: how long it takes is how late a blow may come."""
    say("rehearsing")
    for name in ("import", "following", "rebuild", "publish"):
        began = time.monotonic()
        if name == "following":
            await looking.equal(bench.house, bench.db)
        else:
            await WORK[name](bench, editor)
        bench.spans[name] = min(max(time.monotonic() - began, SPAN_SECONDS[0]), SPAN_SECONDS[1])
    for _ in range(12):
        with contextlib.suppress(Refused):
            await editor.one()
    spans = {name: round(span, 2) for name, span in bench.spans.items()}
    say(f"seconds that each takes: {spans}")


async def _publish(bench: Bench, editor: Editor) -> None:
    """An edit, and the moment in which the index is told of it."""
    await editor.one(("change", "publish", "unpublish"))
    await asyncio.sleep(SPAN_SECONDS[0])


async def _import(bench: Bench, _editor: Editor) -> None:
    await bring(bench.desk)


async def _rebuild(bench: Bench, _editor: Editor) -> None:
    """As `firebreak reindex` does it."""
    with bench.desk.at("rebuild"):
        await bench.house.knowledge.replace(await asyncio.to_thread(_published, bench.db))


WORK: dict[str, Callable[[Bench, Editor], Awaitable[None]]] = {
    "publish": _publish,
    "import": _import,
    "rebuild": _rebuild,
    "following": _import,
}


async def _crash(bench: Bench, editor: Editor) -> str:
    """Editors at work, one kind of work begun, a blow; now and then another one while all comes back. Tells of it."""
    bench.may.set()
    target = bench.dice.choices([*TARGETS], [*TARGETS.values()])[0]
    work = asyncio.ensure_future(WORK[target](bench, editor))
    if target == "following":
        await asyncio.wait([work])
    await asyncio.sleep(bench.dice.uniform(0, bench.spans[target]))
    told = await _blow(bench, _victims(bench, target))
    bench.may.clear()
    with contextlib.suppress(*MISSED):
        await work
    while bench.dice.random() < AGAIN:
        for part in bench.house.parts.values():
            if part.process is None:
                part.start()
        await asyncio.sleep(bench.dice.uniform(0, COMING_BACK_SECONDS))
        told += f"; again: {await _blow(bench, _victims(bench, 'coming back'))}"
        bench.fell_in["coming back"] += 1
    await bench.house.up()
    return f"{target}: {told}"


def _victims(bench: Bench, target: str) -> tuple[str, ...]:
    """Who works on it is hit most often."""
    parts = tuple(bench.house.parts)
    others = tuple(name for name in parts if name != "knowledge")
    weight = {"rebuild": 5, "following": 5}.get(target, 2)
    one = [("knowledge",), *((name,) for name in others), parts]
    return bench.dice.choices(one, [weight, *(4 / len(others) for _ in others), 2])[0]


async def _blow(bench: Bench, victims: Sequence[str]) -> str:
    """Kill them, and note what that fell in; tells it."""
    under_way = {name for name, calls in bench.desk.under_way.items() if calls}
    for name in victims:
        bench.house.parts[name].kill()
    found = await asyncio.to_thread(fell_in.in_database, bench.db, "publish" in under_way and "web" in victims)
    if "knowledge" in victims:
        found |= {"rebuild"} & under_way
        found |= {"following"} if bench.lacking else set()
        found |= await asyncio.to_thread(fell_in.on_disk, bench.house.index_folder)
        bench.lacking = 0
    bench.crashes += 1
    bench.killed[" and ".join(victims)] += 1
    bench.fell_in.update(found)
    return f"{' and '.join(victims)} in {', '.join(sorted(found)) or 'nothing'}"


async def _settled(bench: Bench, *, whole: bool, last: bool = False) -> None:
    """Wait until all that was begun has come to its end, then look. `last`: also at what lies on the disk alone."""
    while any(bench.desk.under_way.values()):  # noqa: ASYNC110 - calls that are answered tell nobody
        await asyncio.sleep(LOOK_SECONDS)
    began = time.monotonic()
    await looking.equal(bench.house, bench.db)
    bench.healed.append(time.monotonic() - began)
    await looking.imports_ended(bench.db)
    await looking.equal(bench.house, bench.db)
    facts = await looking.look(bench.house, bench.db, bench.desk.journal, None if whole else bench.dice)
    bench.asked += len(facts.index.answers)
    bench.looks += whole
    if last:
        facts = replace(facts, index=replace(facts.index, stored=await looking.stored_digest(bench.house)))
    for name, sentences in checker.check(facts).items():
        for sentence in sentences:
            if sentence not in bench.defects[name]:
                bench.defects[name][sentence] = bench.crashes
                say(f"    {name}: {sentence}")


def _published(db: Database) -> list[dict[str, object]]:
    with db.snapshot() as session:
        return [service.for_index(article) for article in service.published(session)]


def _report(bench: Bench, count: int, database: str) -> None:
    ends = Counter(entry.state for entry in bench.desk.journal if isinstance(entry, story.Ended))
    told = {
        "database": database,
        "killed": dict(bench.killed),
        "fell in": dict(sorted(bench.fell_in.items())),
        "edits acknowledged": bench.desk.acked,
        "imports seen to their end": dict(ends),
        "searches": bench.asked,
        "times beside a fresh index": bench.looks,
    }
    figure(ROOM, "crashes", bench.crashes, "crashes", target=f">= {count}", ok=bench.crashes >= count, compared_to=told)
    for target in TARGETS:
        least = int(HIT_AT_LEAST * count)
        fell = bench.fell_in[target]
        figure(ROOM, f"crashes during {target}", fell, "crashes", target=f">= {least}", ok=fell >= least)
    for name in checker.CHECKS:
        sentences = bench.defects[name]
        shown = {"first": dict(list(sentences.items())[:SHOWN_DEFECTS])} if sentences else {}
        figure(ROOM, f"crashes: {name}", len(sentences), "cases", target="0", ok=not sentences, compared_to=shown)
    half = {"p50": round(percentile(bench.healed, 0.5), 2), "times": len(bench.healed)}
    figure(
        ROOM, "crashes: ready until index equal with its vectors, longest", max(bench.healed), "s",
        target="none yet", ok=True, compared_to=half,
    )  # fmt: skip
