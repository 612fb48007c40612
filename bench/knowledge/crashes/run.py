"""The crashes themselves: work is begun, somebody is killed at a random moment of it, all come back, all is looked at.

On SQLite the worker dies with the web process that it is part of; with `database="postgres"` it is one of its own.
"""

import asyncio
import contextlib
import random
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bench.knowledge.crashes import checker, story
from bench.knowledge.crashes.checker import Answer, Facts, Index
from bench.knowledge.crashes.editors import AWAY, Desk, Editor, Refused, bring
from bench.knowledge.crashes.parts import EDITOR, PASSWORD, House, house, index_alone, ready
from bench.report import figure, percentile, say
from bot.core import jobs
from bot.core.db import Database
from bot.core.jobs import Job
from bot.knowledge import indexing, service
from bot.knowledge.imports import staging
from bot.knowledge.imports.models import Import
from bot.knowledge.models import Article
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

ROOM = "knowledge"
TARGETS = {"publish": 3, "import": 3, "rebuild": 2, "following": 3}
HIT_AT_LEAST = 0.1
"""Of all crashes, that many fall into each kind of work."""
AGAIN = 0.3
"""How often the next blow falls while what was killed comes back."""
COMING_BACK_SECONDS = 6.0
LOOK_SECONDS = 0.05
SETTLE_SECONDS = 180.0
EDITORS = 2
SPAN_SECONDS = (0.05, 8.0)
GONE_ASKED, THERE_ASKED = 25, 10
LOOKS_AT_ALL = 3
SHOWN_DEFECTS = 8
STRANGE = ("where is my order", "how do I clean it", "my battery is empty at night", "怎么清洗", "hello")
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
    defects: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


def measure(count: int, seed: int, database: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="firebreak-crashes-", ignore_cleanup_errors=True) as folder,
        house(Path(folder), database) as home,
    ):
        asyncio.run(_measure(home, count, seed, database))


async def _measure(home: House, count: int, seed: int, database: str) -> None:
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
        while bench.crashes < count:
            await _crash(bench, editors[0])
            await _settled(bench, whole=bench.crashes * LOOKS_AT_ALL // count > _looks(bench))
            say(f"{bench.crashes:>3} of {count}  {bench.desk.acked} edits, {dict(bench.fell_in)}")
        stop.set()
        bench.may.set()
        await asyncio.gather(*at_work)
        bench.may.clear()
        await _settled(bench, whole=True, last=True)
        watching.cancel()
    db.close()
    _report(bench, count, database)


def _looks(bench: Bench) -> int:
    return bench.killed["looked at all"]


async def _sign_in(http: aiohttp.ClientSession) -> None:
    account = {"email": EDITOR, "password": PASSWORD}
    async with http.post("/api/v1/staff/login", json=account) as answer:
        http.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
    http.cookie_jar.clear()


async def _watch(bench: Bench) -> None:
    """How many articles wait for their vectors; beside everything else, so that no blow waits for a look."""
    while True:
        with contextlib.suppress(*MISSED):
            bench.lacking = int((await bench.house.knowledge.health()).get("without_vectors", 0))
        await asyncio.sleep(LOOK_SECONDS)


async def _rehearse(bench: Bench, editor: Editor) -> None:
    """Each kind of work once, undisturbed: how long it takes is how late a blow may come."""
    say("rehearsing")
    for name in ("import", "following", "rebuild", "publish"):
        began = time.monotonic()
        if name == "following":
            await _equal(bench)
        else:
            await WORK[name](bench, editor)
        bench.spans[name] = min(max(time.monotonic() - began, SPAN_SECONDS[0]), SPAN_SECONDS[1])
    for _ in range(12):
        with contextlib.suppress(Refused):
            await editor.one()
    say(f"takes { ({name: round(span, 2) for name, span in bench.spans.items()}) }")


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


async def _crash(bench: Bench, editor: Editor) -> None:
    """Editors at work, one kind of work begun, a blow; now and then another one while all comes back."""
    bench.may.set()
    target = bench.dice.choices([*TARGETS], [*TARGETS.values()])[0]
    work = asyncio.ensure_future(WORK[target](bench, editor))
    if target == "following":
        await asyncio.wait([work])
    await asyncio.sleep(bench.dice.uniform(0, bench.spans[target]))
    await _blow(bench, _victims(bench, target))
    bench.may.clear()
    with contextlib.suppress(*MISSED):
        await work
    while bench.dice.random() < AGAIN:
        for part in bench.house.parts.values():
            if part.process is None:
                part.start()
        await asyncio.sleep(bench.dice.uniform(0, COMING_BACK_SECONDS))
        await _blow(bench, _victims(bench, "coming back"))
        bench.fell_in["coming back"] += 1
    await bench.house.up()


def _victims(bench: Bench, target: str) -> tuple[str, ...]:
    """Who works on it is hit most often."""
    parts = tuple(bench.house.parts)
    others = tuple(name for name in parts if name != "knowledge")
    weight = {"rebuild": 5, "following": 5}.get(target, 2)
    one = [("knowledge",), *((name,) for name in others), parts]
    return bench.dice.choices(one, [weight, *(4 / len(others) for _ in others), 2])[0]


async def _blow(bench: Bench, victims: Sequence[str]) -> None:
    under_way = {name for name, calls in bench.desk.under_way.items() if calls}
    lacking = bench.lacking
    for name in victims:
        bench.house.parts[name].kill()
    bench.crashes += 1
    bench.killed[" and ".join(victims)] += 1
    if "knowledge" in victims:
        bench.fell_in["rebuild"] += "rebuild" in under_way
        bench.fell_in["following"] += lacking > 0
        bench.lacking = 0
        bench.fell_in.update(await asyncio.to_thread(_found_on_disk, bench.house.index_folder))
    edits = "publish" in under_way and "web" in victims
    bench.fell_in.update(await asyncio.to_thread(_found_in_database, bench.db, edits))


def _found_on_disk(folder: Path) -> list[str]:
    """What a write to the index that was broken off has left."""
    found = []
    if len([*folder.glob("g-*")]) > 1 or (folder / "current.new").exists():
        found.append("rebuild: a generation half written")
    journals = [journal.read_bytes() for journal in folder.glob("g-*/journal.jsonl")]
    if any(journal and not journal.endswith(b"\n") for journal in journals):
        found.append("journal: a torn line")
    return found


def _found_in_database(db: Database, edits: bool) -> list[str]:
    """What was under way. `edits`: one was sent to the web process that was killed, and not answered."""
    with db.snapshot() as session:
        kinds = {kind for kind in (service.INDEX_JOB, indexing.INDEX_IMPORT_JOB) if jobs.under_way(session, kind)}
        states = {*session.scalars(select(Import.state).where(Import.state.in_(("reading", "applying"))).distinct())}
    found = [f"import: {state}" for state in sorted(states)]
    if indexing.INDEX_IMPORT_JOB in kinds:
        found.append("import: on its way to the index")
    if found:
        found.append("import")
    if edits:
        found.append("publish: not answered")
    if service.INDEX_JOB in kinds:
        found.append("publish: between database and index")
    return [*found, "publish"] if edits or service.INDEX_JOB in kinds else found


async def _settled(bench: Bench, *, whole: bool, last: bool = False) -> None:
    """Wait until all that was begun has come to its end, then look. `whole`: at everything, beside a fresh index."""
    began = time.monotonic()
    await _equal(bench)
    bench.healed.append(time.monotonic() - began)
    await _ended(bench, with_calibration=whole)
    await _equal(bench)
    expected, published, questions = await asyncio.to_thread(_wanted, bench.db)
    asked = questions if whole else _some(bench, questions)
    answers = await _answers(bench.house, asked)
    fresh = await _fresh_answers(bench.house, published, asked) if whole else ()
    digest = str((await bench.house.knowledge.health())["digest"])
    bench.asked += len(asked)
    bench.killed["looked at all"] += whole
    stored = await _stored_digest(bench.house) if last else None
    files = _strangers(bench.house.index_folder)
    held = await asyncio.to_thread(_held, bench.db)
    index = Index(digest, expected, stored, files, answers, fresh)
    for name, sentences in checker.check(Facts(bench.desk.journal, held, index)).items():
        for sentence in sentences:
            if sentence not in bench.defects[name]:
                bench.defects[name][sentence] = bench.crashes
                say(f"    {name}: {sentence}")


async def _equal(bench: Bench) -> None:
    """Until the index holds what it is to hold, with its vectors. What never comes to that is a defect found later."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(*MISSED):
            health = await bench.house.knowledge.health()
            idle = health["state"] == "ready" and not health.get("rebuilding") and not health["without_vectors"]
            if idle and await indexing.is_equal(bench.db, health["digest"]):
                return
        await asyncio.sleep(LOOK_SECONDS)


async def _ended(bench: Bench, *, with_calibration: bool) -> None:
    """Until no import, and no article of one, is under way."""
    kinds = [staging.JOB, indexing.INDEX_IMPORT_JOB, *([indexing.CALIBRATE_JOB] if with_calibration else [])]
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(_waiting, bench.db, kinds):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _waiting(db: Database, kinds: Sequence[str]) -> bool:
    unfinished = Job.state.in_((jobs.JobState.WAITING, jobs.JobState.RUNNING))
    with db.snapshot() as session:
        return session.scalar(select(Job.id).where(Job.kind.in_(kinds), unfinished).limit(1)) is not None


def _published(db: Database) -> list[dict[str, object]]:
    with db.snapshot() as session:
        return [service.for_index(article) for article in service.published(session)]


def _held(db: Database) -> story.Held:
    with db.snapshot() as session:
        return story.held(session)


Question = tuple[str, str, bool]
"""The words, their language, and whether the article that asks so may be answered with."""


def _wanted(db: Database) -> tuple[str, list[dict[str, object]], list[Question]]:
    with db.snapshot() as session:
        asked = session.execute(select(Article.question, Article.language, Article.indexed).order_by(Article.id))
        published = [service.for_index(article) for article in service.published(session)]
        return service.digest(session), published, [*asked.tuples()]


def _some(bench: Bench, questions: Sequence[Question]) -> list[Question]:
    """More of what must not be found than of the rest."""
    gone = [one for one in questions if not one[2]]
    there = [one for one in questions if one[2]]
    some = bench.dice.sample(gone, min(GONE_ASKED, len(gone)))
    return [*some, *bench.dice.sample(there, min(THERE_ASKED, len(there)))]


async def _answers(home: House, asked: Sequence[Question]) -> list[Answer]:
    return [await _answer(home.knowledge, text, language) for text, language in _texts(asked)]


def _texts(asked: Sequence[Question]) -> list[tuple[str, str]]:
    strange = [(text, "zh" if ord(text[0]) > 0x2E80 else "en") for text in STRANGE]
    return [*((text, language) for text, language, _ in asked), *strange]


async def _answer(client: KnowledgeClient, text: str, language: str) -> Answer:
    found = await client.search(text, language=language, audience="agents", k=5, timeout=30)
    return Answer(text, found.decision, tuple((hit.article_id, hit.score) for hit in found.hits))


async def _fresh_answers(home: House, published: list[dict[str, object]], asked: Sequence[Question]) -> list[Answer]:
    """Of a service in another folder that has never seen anything but what the database wants answered with."""
    with tempfile.TemporaryDirectory(prefix="firebreak-fresh-") as folder:
        (Path(folder) / "index").mkdir()
        fitted = home.index_folder / "calibration.json"
        if fitted.exists():
            shutil.copy(fitted, Path(folder) / "index")
        with index_alone(Path(folder)) as (_, client):
            async with client:
                await ready(client)
                await client.replace(published)
                return [await _answer(client, text, language) for text, language in _texts(asked)]


async def _stored_digest(home: House) -> str:
    """What the index on the disk holds, while nobody is there who would mend it."""
    for part in home.parts.values():
        part.kill()
    with index_alone(home.folder) as (_, client):
        async with client:
            await ready(client)
            return str((await client.health())["digest"])


def _strangers(folder: Path) -> list[str]:
    """Files of the index that are in nobody's use."""
    pointer = folder / "current"
    known = {"current", "calibration.json", pointer.read_text("utf-8").strip() if pointer.exists() else ""}
    return [f"index/{entry.name}" for entry in folder.iterdir() if entry.name not in known]


def _report(bench: Bench, count: int, database: str) -> None:
    ends = Counter(entry.state for entry in bench.desk.journal if isinstance(entry, story.Ended))
    looked = bench.killed.pop("looked at all", 0)
    told = {
        "database": database,
        "killed": dict(bench.killed),
        "fell in": dict(sorted(bench.fell_in.items())),
        "edits acknowledged": bench.desk.acked,
        "imports seen to their end": dict(ends),
        "searches": bench.asked,
        "times beside a fresh index": looked,
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
