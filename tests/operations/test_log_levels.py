"""Log levels at run time: one row reaches every process, and at no level a customer's words are written."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from bot import migrations
from bot.up import ports
from knowledge_index import service
from knowledge_index.embedder import Embedder, Key
from tests.operations.conftest import Firebreak
from tests.people import Ada, until
from tests.sites import NOWHERE

CANARY = "my-secret-words"


@contextmanager
def process(log: Path, *arguments: str, **settings: str) -> Iterator[None]:
    environment = {**os.environ, **{f"FIREBREAK_{name}": value for name, value in settings.items()}}
    with log.open("wb") as output:
        started = subprocess.Popen([sys.executable, "-m", *arguments], env=environment, stdout=output, stderr=output)
    try:
        yield
    finally:
        started.terminate()
        started.wait(60)


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def said(log: Path, event: str) -> bool:
    return any(line["event"] == event for line in lines(log))


def told(logs: dict[str, Path]) -> str:
    """What each process wrote last, for a failure's message."""
    return "\n".join(f"{name}: {log.read_text(encoding='utf-8')[-2000:]}" for name, log in logs.items())


def is_up(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def ask_an_action(url: str) -> None:
    """As Rasa would, with a customer's words in it; nothing can be found, so it also warns."""
    tracker = {"sender_id": "x", "slots": {}, "events": [], "latest_message": {"text": CANARY}}
    body = {"next_action": "action_answer", "sender_id": "x", "tracker": tracker}
    assert httpx.post(f"{url}/webhook", json=body, trust_env=False, timeout=60).status_code == 200


def test_a_row_reaches_every_process_and_none_writes_what_a_customer_wrote(
    firebreak: Firebreak, tmp_path: Path
) -> None:
    web, actions = (ports.reserved_port("127.0.0.1") for _ in range(2))
    doors = {"web": f"http://127.0.0.1:{web}", "actions": f"http://127.0.0.1:{actions}"}
    settings = {
        "DATA_DIR": str(tmp_path),
        "PORT": str(web),
        "RASA_URL": NOWHERE,
        "KNOWLEDGE_URL": NOWHERE,
        "ACTIONS_URL": doors["actions"],
        "LIVE_URL": "redis://127.0.0.1:9/0",
    }
    migrations.upgrade(f"sqlite:///{tmp_path / 'firebreak.db'}")
    logs = {name: tmp_path / f"{name}.log" for name in ("web", "worker", "actions")}
    with ExitStack() as running:
        running.enter_context(process(logs["web"], "bot.cli", "serve", **settings))
        running.enter_context(process(logs["worker"], "bot.cli", "worker", **settings, WORKER_IN_PROCESS="false"))
        running.enter_context(process(logs["actions"], "actions.serve", "--port", str(actions), **settings))
        health = (f"{doors['web']}/healthz", f"{doors['actions']}/health")
        until(lambda: all(is_up(url) for url in health), what=lambda: told(logs))
        assert firebreak("log-level", "debug", **settings).code == 0
        for name, log in logs.items():
            until(partial(said, log, "log level set"), what=f"{name} did not hear of it")
        ada = Ada(doors["web"], visitor=f"{CANARY}-visitor")
        ada.say(f"{CANARY}, I want to talk to a person please")
        until(lambda: said(logs["web"], "turn settled") or said(logs["worker"], "turn settled"))
        ask_an_action(doors["actions"])
        until(lambda: said(logs["actions"], "knowledge_down"), what="the action did not run")
    written = {name: log.read_text(encoding="utf-8") for name, log in logs.items()}
    assert [name for name, text in written.items() if CANARY in text] == []


def test_the_knowledge_service_takes_a_level_while_it_loads(tmp_path: Path) -> None:
    loaded = threading.Event()

    def load() -> dict[Key, Embedder]:
        loaded.wait(60)
        return {}

    ours = logging.getLogger("knowledge_index")
    before = ours.level
    with TestClient(service.create_app(tmp_path, load)) as client:
        assert client.put("/log-level", json={"level": "debug"}).status_code == 200
        assert ours.level == logging.DEBUG
        assert client.put("/log-level", json={"level": "loud"}).status_code == 422
        assert ours.level == logging.DEBUG
        loaded.set()
    ours.setLevel(before)
