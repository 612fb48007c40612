"""The database server is killed, hangs, or is held by another: a clear refusal, and everything heals by itself."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from bench.faults.postgres import Postgres
from bot import migrations
from bot.chat import intake
from bot.core.settings import PROJECT_ROOT
from bot.dialogue.scripted import ScriptedEngine
from bot.up.ports import reserved_port
from tests.faults.conftest import UNHURRIED
from tests.people import PATIENCE_SECONDS, Ada, StaffMember, frame, until
from tests.scripts import by_first_word
from tests.sites import PASSWORD, Site, hire, running

SOON_SECONDS = 0.5


@contextmanager
def impatience() -> Iterator[None]:
    """Where a refusal must come it comes soon; elsewhere a slow machine is no outage."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intake, "STORE_SECONDS", SOON_SECONDS)
        yield


@pytest.fixture
def grown(own_postgres: Postgres, tmp_path: Path) -> Iterator[Site]:
    with running(own_postgres.url(), tmp_path, using=ScriptedEngine(by_first_word), **UNHURRIED) as site:
        hire(site.db)
        yield site


def _is_refused(answer: httpx.Response) -> bool:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    return bool(answer.json()["error"]["code"] == "unavailable")


def test_a_killed_server_refuses_and_heals(grown: Site, own_postgres: Postgres) -> None:
    ada, ben = Ada(grown.url), StaffMember(grown.url, "ben@emberly.example", PASSWORD)
    ada.asks("hello")
    os.kill(own_postgres.pid, signal.SIGKILL)
    with impatience():
        until(lambda: ada.post("hello one", client_message_id="one").status_code == 503)
        assert _is_refused(ada.post("hello one", client_message_id="one"))
        assert _is_refused(ben.http.get("/desk/tickets"))
    assert httpx.get(f"{grown.url}/healthz", trust_env=False, timeout=PATIENCE_SECONDS).status_code == 200
    until(lambda: httpx.get(f"{grown.url}/readyz", trust_env=False, timeout=PATIENCE_SECONDS).status_code == 503)
    own_postgres.start()
    until(lambda: ada.post("hello one", client_message_id="one").status_code in (200, 202))
    with ada.socket(after_seq=2) as line:
        line.send('{"type": "message", "client_message_id": "two", "text": "hello two"}')
        frame(line, "ack")
    assert _texts(ada) == ["hello", "hello one", "hello two"]
    until(lambda: len([m for m in ada.ours() if m["author"] == "bot"]) == 3)
    assert ben.tickets() == []


def test_a_server_that_hangs_refuses_and_stores_once(grown: Site, own_postgres: Postgres) -> None:
    ada = Ada(grown.url)
    ada.asks("hello")
    held = psycopg.connect(own_postgres.url().replace("+psycopg", ""))
    with held, impatience():
        held.execute("lock table conversations in access exclusive mode")
        assert _is_refused(ada.post("hello one", client_message_id="one"))
        assert _is_refused(ada.post("hello one", client_message_id="one"))
    until(lambda: ada.post("hello one", client_message_id="one").status_code in (200, 202))
    assert _texts(ada) == ["hello", "hello one"]


def test_a_file_that_another_process_writes_refuses_and_stores_once(tmp_path: Path) -> None:
    with running(
        f"sqlite:///{tmp_path / 'held.db'}", tmp_path, using=ScriptedEngine(by_first_word), **UNHURRIED
    ) as site:
        ada = Ada(site.url)
        ada.asks("hello")
        other = sqlite3.connect(tmp_path / "held.db", isolation_level=None)
        other.execute("begin immediate")
        with impatience():
            assert _is_refused(ada.post("hello one", client_message_id="one"))
        assert _texts(ada) == ["hello"]
        other.execute("rollback")
        other.close()
        until(lambda: ada.post("hello one", client_message_id="one").status_code in (200, 202))
        assert _texts(ada) == ["hello", "hello one"]


def test_a_start_while_the_server_is_away_goes_on_once_it_is_back(own_postgres: Postgres, tmp_path: Path) -> None:
    migrations.upgrade(own_postgres.url())
    os.kill(own_postgres.pid, signal.SIGKILL)
    port, log = reserved_port("127.0.0.1"), tmp_path / "web.log"
    environment = {**os.environ, "FIREBREAK_ENGINE": "scripted", "FIREBREAK_DATABASE_URL": own_postgres.url()}
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), "--data-dir", str(tmp_path)]
    with log.open("wb") as lines:
        web = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=lines, stderr=lines)
    try:
        until(lambda: "waiting for it" in log.read_text(encoding="utf-8"))
        own_postgres.start()
        until(lambda: "startup complete" in log.read_text(encoding="utf-8"))
        assert web.poll() is None
        assert Ada(f"http://127.0.0.1:{port}").asks("hello")
    finally:
        web.kill()
        web.wait()


def _texts(ada: Ada) -> list[str]:
    return [m["text"] for m in ada.messages() if m["author"] == "customer"]
