"""The trained model and the three processes of a conversation: knowledge service, action server, Rasa."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rasa.processes import Running, call, started
from tests.rasa.project import RASA_PYTHON, ROOT

READY_TIMEOUT_SECONDS = 120.0
MADE_FROM = ("config.yml", "domain.yml", "data/**/*.yml", "bot/nlu/*.py", "bot/wire.py")
ARTICLES: list[dict[str, Any]] = [
    {
        "id": f"smart-lock-offline.{language}",
        "version": 1,
        "language": language,
        "question": question,
        "variants": [variant],
        "answer": answer,
        "audience": "public",
        "tags": ["lock"],
    }
    for language, question, variant, answer in (
        ("en", "My smart lock is offline", "smart lock offline", "Look at the hub: its light must be green."),
        ("zh", "智能门锁离线了", "门锁离线", "看网关指示灯，应该是绿色常亮。"),
    )
]


@pytest.fixture(scope="package")
def knowledge_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The real service with the real models, and one article in both languages."""
    folder = tmp_path_factory.mktemp("knowledge")
    command = [sys.executable, "-m", "knowledge_index.service", "--data-dir", str(folder)]
    with started(command, health="/healthz", log=folder / "knowledge.log") as running:
        give_up = time.monotonic() + READY_TIMEOUT_SECONDS
        while call(f"{running.url}/healthz")["state"] != "ready":
            assert time.monotonic() < give_up, running.log.read_text(encoding="utf-8")
            time.sleep(0.1)
        call(f"{running.url}/articles/replace", {"articles": ARTICLES})
        yield running


def rasa(knowledge: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Rasa's own command line in the project, as its designer does."""
    environment = {
        **os.environ,
        "FIREBREAK_KNOWLEDGE_URL": knowledge.url,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }
    command = [str(RASA_PYTHON), "-m", "rasa", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="package")
def model(knowledge_service: Running) -> Path:
    """The project's model, trained by `rasa train` with nothing but its defaults; kept below models/ between runs."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in MADE_FROM for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    name = f"test-{digest.hexdigest()[:16]}"
    trained = ROOT / "models" / f"{name}.tar.gz"
    if not trained.exists():
        run = rasa(knowledge_service, "train", "--fixed-model-name", name)
        assert trained.exists(), run.stdout[-2000:] + run.stderr[-2000:]
    return trained


@pytest.fixture(scope="package")
def action_server(knowledge_service: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("actions") / "actions.log"
    command = [sys.executable, "-m", "actions.serve"]
    with started(command, health="/health", log=log, FIREBREAK_KNOWLEDGE_URL=knowledge_service.url) as running:
        yield running


@pytest.fixture(scope="package")
def rasa_server(
    model: Path, knowledge_service: Running, action_server: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("rasa") / "rasa.log"
    command = [str(RASA_PYTHON), "-m", "bot.nlu.serve", "--model", str(model), "--actions-url", action_server.url]
    with started(command, health="/", log=log, FIREBREAK_KNOWLEDGE_URL=knowledge_service.url) as running:
        yield running
