"""How each part is, since when, and what a customer feels when it is not well.

A look never takes longer than LOOK_SECONDS, whatever hangs: a part that gives no answer in time is down, and is not
asked a second time while the first question still hangs.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.core import clock, metrics
from bot.dialogue.engine import Engine
from bot.dialogue.sticky import StickyRasas
from bot.knowledge import indexing
from bot.operations import heartbeat, loudness
from bot.operations.heartbeat import Pulse
from bot.wiring import Parts
from knowledge_index.client import KnowledgeUnavailable

LOOK_SECONDS = 1.5
ASK_SECONDS = 1.2
LOOK_EVERY_SECONDS = 3.0
KEPT_SECONDS = 0.5
"""How long a look is still good for the next who asks."""
WELL = ("ok", "off")
NEEDED_TO_ANSWER = ("database", "engine", "actions", "knowledge", "worker")
BY_SEARCH = "Answers come from the article search alone. Complaints are counted once it is back."
FEELS = {
    "database": "Messages are not acknowledged: pages keep what is written and send it again by themselves.",
    "engine": BY_SEARCH,
    "rasa": "Its conversations go on with the others, which do not know what was said just before.",
    "actions": BY_SEARCH,
    "knowledge": "No question is answered: after seconds the customer hears that it takes longer, and after a minute "
    "gets a ticket. Who asks for a person, is angry or in danger gets one at once.",
    "worker": "Messages are acknowledged, and nobody answers them.",
    "push": "What another process says reaches an open page late.",
    "jobs": "Somebody may wait for an answer, or read an article as it was before.",
}
Told = dict[str, Any]
Look = Callable[[], Awaitable[Told]]


@dataclass(frozen=True)
class Standing:
    """`told`: the state and what else is known of it. `since`: when this process first saw it so."""

    told: Told
    since: datetime

    @property
    def well(self) -> bool:
        return self.told["state"] in WELL


class PartsWatch:
    """Looks at the parts whenever somebody asks, and every few seconds by itself so that `since` is true."""

    def __init__(self, parts: Parts, *, part: str) -> None:
        self._parts = parts
        self._part = part
        self._started_at = clock.now()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._rasas = _several_rasas(parts.answering.engine)
        self.addresses = {name: _host(url) for name, (_, url) in self._rasas.items()}
        """Where each of several Rasas is; for the staff alone, unlike its name."""
        self._looks: dict[str, Look] = {
            "database": self._database,
            **({name: partial(_rasa, *where) for name, where in self._rasas.items()} or {"engine": self._engine}),
            "actions": self._actions,
            "knowledge": self._knowledge,
            "push": self._push,
        }
        self._running: dict[str, asyncio.Task[Told]] = {}
        self._standings: dict[str, Standing] = {}
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._timer: asyncio.Task[None] | None = None
        self.pulse: Pulse | None = None
        """What the database told at the last look; None while it is down."""

    def start(self) -> None:
        self._timer = asyncio.create_task(self._forever())

    async def look(self) -> dict[str, Standing]:
        """Every part's standing, as it is now; whoever asks while a look is under way shares it."""
        if asyncio.get_running_loop().time() - self._looked_at > KEPT_SECONDS:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)
        return dict(self._standings)

    async def close(self) -> None:
        """End, and take this process off the list, unless the database hangs."""
        for task in (self._timer, self._looking):
            if task is not None:
                task.cancel()
        if self.pulse is not None:
            leave = asyncio.get_running_loop().run_in_executor(self._thread, self._leave)
            await asyncio.wait([leave], timeout=ASK_SECONDS)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _leave(self) -> None:
        with contextlib.suppress(SQLAlchemyError), self._parts.db.transaction() as session:
            heartbeat.do_leave(session, self._parts.answering.worker)

    async def _forever(self) -> None:
        while True:
            await self.look()
            if self.pulse is not None:
                await loudness.tell_others(self.pulse.levels, self._parts.settings)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _look(self) -> None:
        for name, look in self._looks.items():
            if name not in self._running or self._running[name].done():
                self._running[name] = asyncio.create_task(_guarded(look))
        await asyncio.wait(self._running.values(), timeout=LOOK_SECONDS)
        found = {name: _outcome(task) for name, task in self._running.items()}
        if found["database"]["state"] != "ok":
            self.pulse = None
        if self._rasas:
            answers = any(found[name]["state"] == "ok" for name in self._rasas)
            engine: Told = {"state": "ok" if answers else "down", "name": "rasa"}
            found = {"database": found["database"], "engine": engine, **found}
        found |= {"worker": self._worker(), "jobs": self._jobs()}
        for name, told in found.items():
            self._note(name, told)
        self._looked_at = asyncio.get_running_loop().time()

    def _note(self, name: str, told: Told) -> None:
        before = self._standings.get(name)
        same = before is not None and before.told["state"] == told["state"]
        since = before.since if before is not None and same else clock.now()
        self._standings[name] = Standing(told, since)
        metrics.PART_UP.labels(name).set(told["state"] in WELL)

    async def _database(self) -> Told:
        def beat() -> Pulse:
            return heartbeat.beat(
                self._parts.db, name=self._parts.answering.worker, part=self._part, started_at=self._started_at
            )

        try:
            self.pulse = await asyncio.get_running_loop().run_in_executor(self._thread, beat)
        except SQLAlchemyError as error:
            return {"state": "down", "cause": type(error).__name__}
        loudness.apply(self.pulse.levels, part=self._part)
        return {"state": "ok"}

    async def _engine(self) -> Told:
        engine = self._parts.answering.engine
        return {"state": "ok" if await engine.ready() else "down", "name": engine.name}

    async def _actions(self) -> Told:
        settings = self._parts.settings
        if settings.engine != "rasa":
            return {"state": "off"}
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        health = f"{settings.actions_url}/health"
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with aiohttp.ClientSession(timeout=timeout) as client, client.get(health) as response:
                return {"state": "ok" if response.status == 200 else "down"}
        return {"state": "down"}

    async def _knowledge(self) -> Told:
        try:
            health = await self._parts.knowledge.health(timeout=ASK_SECONDS)
        except KnowledgeUnavailable:
            return {"state": "down"}
        told = {"articles": health.get("articles", 0)}
        if health["state"] != "ready":
            return {"state": "down" if health.get("failure") else "loading", **told}
        try:
            equal = await indexing.is_equal(self._parts.db, health["digest"])
        except SQLAlchemyError:
            return {"state": "unknown", **told}
        return {"state": "ok" if equal else "behind", **told}

    async def _push(self) -> Told:
        if not self._parts.settings.live_url:
            return {"state": "off"}
        return {"state": "ok" if await self._parts.hub.ready() else "down"}

    def _worker(self) -> Told:
        if self._parts.settings.worker_in_process:
            return {"state": "ok", "where": "in the web process"}
        if self.pulse is None:
            return {"state": "unknown"}
        return {"state": "ok" if self.pulse.workers else "down", "processes": self.pulse.workers}

    def _jobs(self) -> Told:
        if self.pulse is None:
            return {"state": "unknown"}
        if not self.pulse.failed:
            return {"state": "ok", "failed": 0}
        oldest = self.pulse.oldest_failed_at
        return {"state": "degraded", "failed": self.pulse.failed, "oldest": clock.iso(oldest) if oldest else None}


def _several_rasas(engine: Engine) -> dict[str, tuple[StickyRasas, str]]:
    """Each by a name without its address; nothing where there is but one, which is the engine itself."""
    if not isinstance(engine, StickyRasas) or len(engine.urls) == 1:
        return {}
    return {f"rasa-{number}": (engine, url) for number, url in enumerate(engine.urls, 1)}


async def _rasa(engine: StickyRasas, url: str) -> Told:
    return {"state": "ok" if await engine.ready_at(url) else "down"}


async def _guarded(look: Look) -> Told:
    """A look that breaks is a part that is down; of the error its type alone is told."""
    try:
        return await look()
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not hide the other parts
        return {"state": "down", "cause": type(error).__name__}


def _outcome(task: "asyncio.Task[Told]") -> Told:
    return task.result() if task.done() and not task.cancelled() else {"state": "down", "cause": "no answer"}


def as_wire(standings: dict[str, Standing]) -> dict[str, Any]:
    """What `/readyz` answers. `ready`: messages are acknowledged. `answering`: they are answered as well as can be."""
    parts = {name: _shown(name, standing) for name, standing in standings.items()}
    ready = standings["database"].well
    answering = all(standings[name].well for name in NEEDED_TO_ANSWER)
    well = all(standing.well for standing in standings.values())
    state = "down" if not ready else "ok" if well else "degraded"
    return {"ready": ready, "answering": answering, "state": state, "parts": parts}


def _shown(name: str, standing: Standing) -> dict[str, Any]:
    shown = {**standing.told, "since": clock.iso(standing.since)}
    return shown if standing.well else {**shown, "customers": FEELS[name.partition("-")[0]]}


def _host(url: str) -> str:
    """Host and port: what else an address holds may be a secret."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
