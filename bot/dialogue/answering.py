"""What a worker answers with: its parts, its threads, and how a turn's share of work is run on them."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy.orm import Session

from bot.core.db import Database
from bot.core.settings import Settings
from bot.dialogue import decide
from bot.dialogue.engine import Engine
from bot.dialogue.together import MOST, Together
from bot.policy.shapes import Policy

THREADS = 4
P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Answering:
    """What a worker answers with."""

    db: Database
    settings: Settings
    policy: Policy
    engine: Engine
    fallback: Engine
    worker: str
    behind: bool = False
    """Set while the oldest waiting turn is too old: turns go by the fallback until it is cleared."""
    knows: bool = True
    """Cleared until the index was seen to hold the articles once: an empty index is no reason to say "no answer"."""

    waiting: int = 0
    """Conversations of this process whose turn waits for a slot."""

    listen: Callable[[list[str]], None] | None = None
    """Asks for the vectors of texts whose turn begins. Set in a worker of its own: pre-warming, which the vectors come
    back to, is in the process that took the message in."""

    def __post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(1 if self.db.is_sqlite else THREADS, thread_name_prefix="turns")
        self._together = Together(self.db, self._threads, most=MOST if self.db.is_sqlite else 1)

    async def in_thread(self, work: "Callable[Concatenate[Answering, P], R]", *args: P.args, **more: P.kwargs) -> R:
        """Run a turn's share of work for the processor. SQLite has one writer anyway: one thread of ours keeps the
        process's other threads, that of acknowledgements above all, from waiting behind many."""
        call = functools.partial(work, self, *args, **more)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def in_transaction(
        self, work: "Callable[Concatenate[Answering, Session, P], R]", *args: P.args, **more: P.kwargs
    ) -> R:
        """Run a turn's share of database work, on SQLite together with that of other turns.

        On PostgreSQL each has its own transaction: there are many writers, and who holds several conversations could
        wait for one who holds what it wants next.
        """

        def share(session: Session) -> R:
            return work(self, session, *args, **more)

        return cast(R, await asyncio.wrap_future(self._together.submit(share)))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._together.close()

    @property
    def rules(self) -> decide.Rules:
        dialogue = self.policy.dialogue
        return decide.Rules(
            dialogue.anger_hands_over,
            dialogue.misses_hand_over,
            dialogue.complaints_hand_over,
        )
