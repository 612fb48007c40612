"""Which parts a process has, how they are opened and closed: the same for the web process and the worker."""

import asyncio
import contextlib
import gc
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.chat import feedback
from bot.core import live, outages
from bot.core.db import Database
from bot.core.limits import Limits, ProcessLimits
from bot.core.settings import Settings
from bot.dialogue import engines
from bot.dialogue.answering import Answering
from bot.dialogue.engine import Engine
from bot.dialogue.worker import Handler, Worker, forget_leases, worker_name
from bot.flows import suggesting, unhelpful
from bot.knowledge import indexing, link_watch, service, validity
from bot.knowledge.gaps import service as gaps
from bot.knowledge.imports import arriving, staging, work
from bot.knowledge.inbox import telling
from bot.knowledge.wishes.service import WISHES
from bot.policy import load as policy_load
from bot.policy.shapes import Policy
from bot.understanding import facts, wording
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

if TYPE_CHECKING:
    from bot.knowledge.inbox.sorter import Sorter

THREADS = 24
SLOW = frozenset({staging.JOB, indexing.INDEX_IMPORT_JOB, indexing.CALIBRATE_JOB, link_watch.JOB})
"""Jobs that take seconds; a published article does not wait for them."""
DATABASE_SECONDS = 60.0
DATABASE_AGAIN_SECONDS = 0.5
log = logging.getLogger(__name__)


@dataclass
class Parts:
    settings: Settings
    hub: live.Hub
    limits: Limits
    db: Database
    policy: Policy
    knowledge: KnowledgeClient
    answering: Answering


def build(settings: Settings, *, engine: Engine | None = None) -> Parts:
    """Everything that the settings name; nothing is opened yet. `engine` takes the place of theirs (tests)."""
    hub = _hub(settings)
    database = Database(settings.resolved_database_url, session_info={live.HUB: hub})
    policy = policy_load.load(settings.policy_dir)
    knowledge = KnowledgeClient(settings.knowledge_url)
    chosen, fallback = engines.chosen(settings, knowledge)
    answering = Answering(database, settings, policy, engine or chosen, fallback, worker_name())
    answering.knows = answering.engine.name not in ("rasa", "knowledge")
    return Parts(settings, hub, _limits(settings), database, policy, knowledge, answering)


def _hub(settings: Settings) -> live.Hub:
    if not settings.live_url:
        return live.InProcessHub()
    from bot.core.live_valkey import ValkeyHub

    return ValkeyHub(settings.live_url)


def _limits(settings: Settings) -> Limits:
    if not settings.live_url:
        return ProcessLimits()
    from bot.core.limits_valkey import ValkeyLimits

    return ValkeyLimits(settings.live_url, wait_seconds=settings.limits_wait_seconds)


async def open_parts(parts: Parts, *, long_lived: bool = False) -> None:
    """On the loop that the process will live on. `long_lived`: the process is this product and nothing else."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="db"))
    parts.hub.attach(loop)
    parts.limits.open()
    loop.run_in_executor(None, _warm_up, long_lived)
    if long_lived:
        await _await_database(parts.db)
    if parts.db.is_sqlite and parts.settings.worker_in_process:
        await asyncio.to_thread(forget_leases, parts.db)


async def _await_database(db: Database) -> None:
    """A start while the database is away goes on once it is back: each start anew would come after a longer pause."""
    deadline = time.monotonic() + DATABASE_SECONDS
    while True:
        try:
            return await asyncio.to_thread(_touch, db)
        except outages.AWAY as error:
            if outages.refusal(error) is None or time.monotonic() > deadline:
                raise
            log.warning("the database is away; waiting for it", extra={"cause": type(error).__name__})
        await asyncio.sleep(DATABASE_AGAIN_SECONDS)


def _touch(db: Database) -> None:
    with db.snapshot() as session:
        session.execute(text("select 1"))


def _warm_up(long_lived: bool) -> None:
    """Load the rules, then tell the garbage collector to leave alone what stays for good.

    Going through its 200,000 objects held every thread up for 120 ms, each time.
    """
    facts.warm_up()
    wording.warm_up()
    if long_lived:
        gc.collect()
        gc.freeze()


async def close_parts(parts: Parts) -> None:
    parts.answering.close()
    await parts.answering.engine.close()
    await parts.knowledge.close()
    await parts.hub.close()
    await parts.limits.close()
    await asyncio.to_thread(parts.db.close)


def worker_of(parts: Parts) -> Worker:
    async def equal_index() -> None:
        with contextlib.suppress(KnowledgeUnavailable, KnowledgeRefused):
            parts.answering.knows |= await indexing.make_equal(parts.db, parts.knowledge)

    async def dates() -> None:
        await asyncio.to_thread(validity.follow, parts.db)

    async def links() -> None:
        if parts.settings.link_checks and parts.settings.link_check_days:
            await asyncio.to_thread(link_watch.follow, parts.db)

    checks = (dates, equal_index, links)
    sort = _sorter(parts).sort
    return Worker(parts.answering, hub=parts.hub, handlers=handlers(parts), checks=checks, slow=SLOW, sort=sort)


def _sorter(parts: Parts) -> "Sorter":
    """Its module brings numpy, which no process without a worker needs."""
    from bot.knowledge.inbox.sorter import Sorter

    return Sorter(parts.db, parts.knowledge, (gaps.GAPS, WISHES))


def handlers(parts: Parts) -> dict[str, Handler]:
    """What runs each kind of outbox job."""

    async def index(payload: dict[str, Any]) -> None:
        await indexing.index_article(parts.db, parts.knowledge, payload)

    async def calibrate(_payload: dict[str, Any]) -> None:
        await indexing.calibrate(parts.db, parts.knowledge)

    async def bring_in(payload: dict[str, Any]) -> None:
        await arriving.bring_in(parts.db, parts.knowledge, payload)

    async def check_links(_payload: dict[str, Any]) -> None:
        settings = parts.settings
        await link_watch.look(parts.db, days=settings.link_check_days, allowed=settings.link_networks)

    async def take_file(payload: dict[str, Any]) -> None:
        await asyncio.to_thread(work.run_through, parts.db, payload["import_id"])

    async def keep_unhelpful(payload: dict[str, Any]) -> None:
        await asyncio.to_thread(unhelpful.keep_question, parts.db, payload)

    async def reopen_gap(payload: dict[str, Any]) -> None:
        await asyncio.to_thread(gaps.come_again, parts.db, payload)

    async def suggest(payload: dict[str, Any]) -> None:
        await asyncio.to_thread(suggesting.suggest, parts.db, parts.policy, payload)

    return {
        feedback.JUDGED_JOB: keep_unhelpful,
        gaps.AGAIN_JOB: reopen_gap,
        telling.SUGGEST_JOB: suggest,
        service.INDEX_JOB: index,
        indexing.INDEX_IMPORT_JOB: bring_in,
        indexing.CALIBRATE_JOB: calibrate,
        staging.JOB: take_file,
        link_watch.JOB: check_links,
    }
