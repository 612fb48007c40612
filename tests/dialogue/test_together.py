import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.core.db import Database, after_commit
from bot.dialogue.together import Together
from tests.people import until


class Line:
    """A database with a table of words, and turns that stand in line for it until the first is let go."""

    def __init__(self, folder: Path, *, most: int) -> None:
        self.db = Database(f"sqlite:///{folder / 'words.db'}")
        with self.db.transaction() as session:
            session.execute(text("CREATE TABLE words (word TEXT UNIQUE)"))
        self.threads = ThreadPoolExecutor(1)
        self.together = Together(self.db, self.threads, most=most)
        self._gate = threading.Event()
        self.threads.submit(self._gate.wait, 60)

    def submit(self, word: str) -> "Future[str]":
        def write(session: Session) -> str:
            session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
            return f"wrote {word}"

        return self.together.submit(write)

    def go(self) -> None:
        self._gate.set()

    def words(self) -> set[str]:
        with self.db.snapshot() as session:
            return set(session.scalars(text("SELECT word FROM words")))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    opened = Line(tmp_path, most=3)
    yield opened
    opened.go()
    opened.threads.shutdown()
    opened.db.close()


def _transactions(line: Line) -> list[str]:
    """Every BEGIN from now on."""
    begun: list[str] = []
    event.listen(line.db.engine, "begin", lambda connection: begun.append("begin"))
    return begun


def test_turns_that_wait_at_the_same_time_share_a_transaction_and_no_more_than_allowed(line: Line) -> None:
    begun = _transactions(line)
    shares = [line.submit(word) for word in ("ada", "ben", "cleo", "dan")]
    line.go()
    assert [share.result(60) for share in shares] == ["wrote ada", "wrote ben", "wrote cleo", "wrote dan"]
    assert len(begun) == 2
    assert line.words() == {"ada", "ben", "cleo", "dan"}


def test_one_that_fails_costs_the_others_nothing(line: Line) -> None:
    shares = [line.submit(word) for word in ("ada", "ada", "ben")]
    line.go()
    assert shares[0].result(60) == "wrote ada"
    with pytest.raises(Exception, match="UNIQUE"):
        shares[1].result(60)
    assert shares[2].result(60) == "wrote ben"
    assert line.words() == {"ada", "ben"}


def test_what_is_told_after_the_commit_is_told_once_though_its_transaction_was_done_again(line: Line) -> None:
    told: list[str] = []

    def tell(session: Session) -> None:
        after_commit(session, lambda: told.append("told"))

    def fail(session: Session) -> None:
        raise ValueError("no")

    first, second = line.together.submit(tell), line.together.submit(fail)
    line.go()
    first.result(60)
    assert isinstance(second.exception(60), ValueError)
    assert told == ["told"]


def test_a_transaction_ends_early_for_an_acknowledgement_that_waits(line: Line) -> None:
    order: list[str] = []

    def acknowledge() -> None:
        with line.db.transaction(first=True):
            order.append("acknowledged")

    def hold_up(session: Session) -> None:
        acknowledgement.start()
        until(lambda: line.db.is_wanted_first)
        order.append("turn")

    acknowledgement = threading.Thread(target=acknowledge)
    shares = [line.together.submit(hold_up), line.together.submit(lambda session: order.append("later turn"))]
    line.go()
    for share in shares:
        share.result(60)
    acknowledgement.join(60)
    assert order == ["turn", "acknowledged", "later turn"]


def test_what_was_given_up_does_not_run(line: Line) -> None:
    kept, given_up = line.submit("ada"), line.submit("ben")
    given_up.cancel()
    line.go()
    kept.result(60)
    line.threads.submit(lambda: None).result(60)
    assert line.words() == {"ada"}


def test_closing_gives_up_what_has_not_begun(line: Line) -> None:
    waiting = line.submit("ada")
    line.together.close()
    line.go()
    assert waiting.cancelled()
    line.threads.submit(lambda: None).result(60)
    assert line.words() == set()
