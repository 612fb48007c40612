"""Starts the real processes that a test needs, each on a free port, and ends them with it."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.up import ports
from tests.rasa.project import ROOT

START_TIMEOUT_SECONDS = 120.0
CALL_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


def call(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=CALL_TIMEOUT_SECONDS) as response:
        return json.loads(response.read())


@contextmanager
def started(command: list[str], *, health: str, log: Path, **environment: str) -> Iterator[Running]:
    """Run `command --host --port` until the block ends; it is entered once `health` answers."""
    port = ports.reserved_port("127.0.0.1")
    full = [*command, "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(full, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    running = Running(process, f"http://127.0.0.1:{port}", log)
    try:
        _wait_until_up(running, health)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait_until_up(running: Running, health: str) -> None:
    give_up = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < give_up:
        if running.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(running.url + health, timeout=1.0):
                return
        except OSError:
            time.sleep(0.05)
    said = running.log.read_text(encoding="utf-8")[-3000:]
    raise AssertionError(f"{running.process.args!r} did not come up: {said}")
