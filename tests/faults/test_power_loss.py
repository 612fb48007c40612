"""The process is gone between the commit and the word about it: what is durable is found, once, by whoever asks."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot import migrations
from bot.core.settings import PROJECT_ROOT
from bot.up.ports import reserved_port
from tests.conftest import create_postgres
from tests.people import Ada, until

Start = Callable[..., "subprocess.Popen[bytes]"]


MOMENTS = {"acknowledging": "sqlite", "answering": "postgres"}


@pytest.fixture(params=MOMENTS)
def moment(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def database_url(request: pytest.FixtureRequest, moment: str, tmp_path: Path) -> str:
    if MOMENTS[moment] == "sqlite":
        return f"sqlite:///{tmp_path / 'firebreak.db'}"
    return create_postgres(request.getfixturevalue("postgres"))


@pytest.fixture
def port() -> int:
    return reserved_port("127.0.0.1")


@pytest.fixture
def start(tmp_path: Path, database_url: str, port: int) -> Iterator[Start]:
    """`start()` is the web process, `start("acknowledging")` one that dies there; returns once it can be reached."""
    migrations.upgrade(database_url)
    started: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "FIREBREAK_ENGINE": "scripted", "FIREBREAK_DATABASE_URL": database_url}

    def begin(moment: str | None = None) -> "subprocess.Popen[bytes]":
        module = ["tests.faults.dying", moment] if moment else ["bot.cli"]
        command = [sys.executable, "-m", *module, "serve", "--port", str(port), "--data-dir", str(tmp_path)]
        process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stderr=subprocess.DEVNULL)
        started.append(process)
        until(lambda: _is_reached(port), what="the web process did not start")
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def _is_reached(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_what_is_durable_is_found_once(start: Start, port: int, moment: str) -> None:
    dying = start(moment)
    ada = Ada(f"http://127.0.0.1:{port}")
    first = _send_and_see_it_die(ada)
    dying.wait(60)
    start()
    again = ada.post("how are you", client_message_id="one")
    assert again.status_code == 200
    assert first is None or again.json() == first
    answer = ada.hears(lambda m: m.get("in_reply_to") == again.json()["message_id"])
    assert [(m["seq"], m["text"]) for m in ada.messages()] == [(1, "how are you"), (2, answer["text"])]


def _send_and_see_it_die(ada: Ada) -> dict[str, object] | None:
    """The receipt, where it still came."""
    try:
        return dict(ada.say("how are you", client_message_id="one"))
    except httpx.TransportError:
        return None
