"""What several turns do to the database, in one transaction where they wait for it at the same time.

SQLite has one writer, so turns stand in line for it, and a transaction costs them as much as what they do in it.
Who waits meanwhile goes along with the next. What fails together is done again, each alone, so nobody pays for
another's failure; and no transaction goes on while an acknowledgement waits.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from bot.core.db import Database

MOST = 8


@dataclass(frozen=True)
class _Share:
    work: Callable[[Session], Any]
    done: "Future[Any]" = field(default_factory=Future)


class Together:
    """Takes the work of turns, a share each, and runs it on `threads`: `most` shares to a transaction."""

    def __init__(self, db: Database, threads: Executor, *, most: int = MOST) -> None:
        self._db = db
        self._threads = threads
        self._most = most
        self._waiting: deque[_Share] = deque()

    def submit(self, work: Callable[[Session], Any]) -> "Future[Any]":
        """Run `work` in a writing transaction; it may run twice, the first time in one that is rolled back.

        What it returns, or raises, comes once the transaction has ended.
        """
        share = _Share(work)
        self._waiting.append(share)
        self._threads.submit(self._run_some)  # one call a share, so none is left behind
        return share.done

    def close(self) -> None:
        """Give up what has not begun."""
        while self._waiting:
            self._waiting.popleft().done.cancel()

    def _run_some(self) -> None:
        if not self._waiting:
            return  # it went along with others
        taken: list[_Share] = []
        try:
            with self._db.transaction() as session:
                results = [share.work(session) for share in self._take(taken)]
        except Exception as error:  # noqa: BLE001 - given to whom it belongs
            self._part(taken, error)
        else:
            for share, result in zip(taken, results, strict=True):
                share.done.set_result(result)

    def _take(self, taken: list[_Share]) -> Iterator[_Share]:
        while len(taken) < self._most and not (taken and self._db.is_wanted_first):
            try:
                share = self._waiting.popleft()
            except IndexError:
                return
            if share.done.set_running_or_notify_cancel():
                taken.append(share)
                yield share

    def _part(self, taken: list[_Share], error: Exception) -> None:
        """Nothing of it was kept: each alone, unless it was alone."""
        if len(taken) == 1:
            taken[0].done.set_exception(error)
            return
        for share in taken:
            try:
                with self._db.transaction() as session:
                    result = share.work(session)
            except Exception as its_own:  # noqa: BLE001 - given to whom it belongs
                share.done.set_exception(its_own)
            else:
                share.done.set_result(result)
