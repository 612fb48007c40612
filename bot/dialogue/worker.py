"""The turn worker and the timers: inside the web process by default, or in a process of their own."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.core import jobs, live
from bot.core.db import Database
from bot.core.live import Hub
from bot.dialogue import certainty, claim, recount
from bot.dialogue.answering import Answering
from bot.dialogue.turn import answer_conversation

POLL_SECONDS = 1.0
RECOUNT_SECONDS = 5.0
SORT_SECONDS = 5.0
SORTED_REST_SECONDS = 0.5
"""What comes meanwhile is sorted together: customers' turns need the database more."""
CHECK_SECONDS = 2.0
PROLONG_SECONDS = jobs.LEASE_SECONDS // 3
LONGEST_JOB_SECONDS = 1_200
Handler = Callable[[dict[str, Any]], Awaitable[None]]
Check = Callable[[], Awaitable[None]]
log = logging.getLogger(__name__)


def worker_name() -> str:
    """Unique to this process's life, so that a lease never outlives its holder by name."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(3)}"


class Worker:
    """Answers conversations as they come, `turns_in_flight` at once and one turn a conversation; runs the outbox."""

    def __init__(
        self,
        work: Answering,
        *,
        hub: Hub,
        handlers: dict[str, Handler],
        checks: tuple[Check, ...] = (),
        slow: frozenset[str] = frozenset(),
        sort: Check | None = None,
    ) -> None:
        """`slow`: kinds of jobs that take long; they run beside the others, which wait for none of them. `sort`: puts
        what was kept for the editors where it belongs."""
        self._sort = sort
        self._work = work
        self._checks = checks
        self._hub = hub
        self._handlers = handlers
        self._slow = slow
        self._beside: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(work.settings.turns_in_flight)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._job_due = asyncio.Event()

    def start(self) -> None:
        loops = [self._hear_turns, self._poll, self._hear_jobs, self._run_jobs, self._recount, self._check]
        if self._sort is not None:
            loops.append(self._sort_kept)
        for loop in loops:
            self._loops.append(asyncio.create_task(self._forever(loop), name=loop.__name__))

    async def stop(self) -> None:
        """Let turns under way end for a moment; what is cut off is answered after the next start."""
        for task in (*self._loops, *self._beside):
            task.cancel()
        running = [*self._running.values()]
        if running:
            await asyncio.wait(running, timeout=1.5)
        for task in running:
            task.cancel()

    def wake(self, conversation_id: str) -> None:
        """Answer this conversation as soon as there is room; also when it is being answered just now."""
        if conversation_id in self._running:
            self._again.add(conversation_id)
            return
        task = asyncio.create_task(self._answer(conversation_id))
        self._running[conversation_id] = task
        task.add_done_callback(lambda _: self._ended(conversation_id))
        self._count_waiting()

    async def _answer(self, conversation_id: str) -> None:
        async with self._slots:
            try:
                await answer_conversation(self._work, conversation_id)
            except Exception:
                log.exception("a turn failed; it is tried again")

    def _ended(self, conversation_id: str) -> None:
        self._running.pop(conversation_id, None)
        self._count_waiting()
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self.wake(conversation_id)

    def _count_waiting(self) -> None:
        self._work.waiting = max(0, len(self._running) - self._work.settings.turns_in_flight)

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:
                log.exception("a timer failed; it goes on")
                await asyncio.sleep(POLL_SECONDS)

    async def _hear_turns(self) -> None:
        with live.listening(self._hub, live.TURNS) as events:
            while True:
                self.wake((await events.get())["conversation_id"])

    async def _poll(self) -> None:
        """Find what nobody was told of: turns after a crash, leases that ran out, retries that are due."""
        await asyncio.sleep(POLL_SECONDS)
        waiting, oldest, oldest_untried = await asyncio.to_thread(self._look)
        self._work.behind = oldest_untried > self._work.settings.overload_after_seconds
        for conversation_id in waiting:
            if conversation_id not in self._running:
                self.wake(conversation_id)
        if oldest > self._work.settings.second_notice_after_seconds:
            await asyncio.to_thread(certainty.do_tell_waiting, self._work.db, self._work.settings)

    def _look(self) -> tuple[list[str], float, float]:
        """Who waits, how long the oldest message has, and the oldest that nothing failed on: that one tells of load."""
        with self._work.db.snapshot() as session:
            oldest = certainty.oldest_wait(session)
            untried = certainty.oldest_wait(session, untried=True) if oldest else 0.0
            return claim.waiting_conversations(session), oldest, untried

    async def _hear_jobs(self) -> None:
        with live.listening(self._hub, live.JOBS) as events:
            while True:
                await events.get()
                self._job_due.set()

    async def _run_jobs(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._job_due.wait(), POLL_SECONDS)
        self._job_due.clear()
        for job in await asyncio.to_thread(self._claim_jobs):
            if job.kind in self._slow:
                self._run_beside(job)
            else:
                await self._run_job(job)

    def _run_beside(self, job: jobs.Job) -> None:
        task = asyncio.create_task(self._run_long(job))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _run_long(self, job: jobs.Job) -> None:
        """Nobody else takes it while it is at work, unless that takes longer than anything should."""
        holding = asyncio.create_task(self._hold(job))
        try:
            await self._run_job(job)
        finally:
            holding.cancel()

    async def _hold(self, job: jobs.Job) -> None:
        for _ in range(LONGEST_JOB_SECONDS // PROLONG_SECONDS):
            await asyncio.sleep(PROLONG_SECONDS)
            try:
                await asyncio.to_thread(self._prolong, job)
            except SQLAlchemyError as error:
                log.warning("a job's lease was not prolonged", extra={"job": job.id, "cause": type(error).__name__})

    def _prolong(self, job: jobs.Job) -> None:
        with self._work.db.transaction() as session:
            jobs.prolong(session, job)

    def _claim_jobs(self) -> list[jobs.Job]:
        with self._work.db.snapshot() as session:
            if not jobs.any_due(session):
                return []
        with self._work.db.transaction() as session:
            return jobs.claim(session)

    async def _run_job(self, job: jobs.Job) -> None:
        error: Exception | None = None
        try:
            await self._handlers[job.kind](job.payload)
        except Exception as raised:  # noqa: BLE001 - kept with the job, which retries and then stays visible
            log.warning("job raised", extra={"kind": job.kind, "job": job.id, "error": type(raised).__name__})
            error = raised
        await asyncio.to_thread(self._settle, job, error)

    def _settle(self, job: jobs.Job, error: Exception | None) -> None:
        with self._work.db.transaction() as session:
            if error is None:
                jobs.finish(session, job)
            else:
                jobs.fail(session, job, error)

    async def _check(self) -> None:
        """Now and then, what must be equal is made equal."""
        for check in self._checks:
            await check()
        await asyncio.sleep(CHECK_SECONDS)

    async def _sort_kept(self) -> None:
        """When something was kept, and now and then, for what a process left behind that ended."""
        with live.listening(self._hub, live.SORTING) as events:
            while self._sort is not None:
                await self._sort()
                await asyncio.sleep(SORTED_REST_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(events.get(), SORT_SECONDS)
                while not events.queue.empty():
                    events.queue.get_nowait()

    async def _recount(self) -> None:
        await asyncio.sleep(RECOUNT_SECONDS)
        if not self._work.behind and await self._work.engine.ready():
            while await recount.recount(self._work) == recount.BATCH:
                pass


def forget_leases(db: Database) -> None:
    """On SQLite one process answers: what an earlier life of it still holds is free."""
    with db.transaction() as session:
        claim.do_forget_leases(session)
        jobs.do_free(session)
