"""The web process alone, answering by a script: what it stores and acknowledges is measured, not what it says."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.product import UNLIMITED, free_port
from bot.core.settings import PROJECT_ROOT

START_SECONDS = 60


@contextmanager
def serving(folder: Path, database_url: str, **settings: str) -> Iterator[str]:
    """Its address. `settings` are FIREBREAK_ names in lower case."""
    port = free_port()
    chosen = {**UNLIMITED, "engine": "scripted", "database_url": database_url, **settings}
    environment = {**os.environ, **{f"FIREBREAK_{name.upper()}": value for name, value in chosen.items()}}
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=log, stderr=log)
    try:
        _await_alive(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_alive(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web process did not start")
