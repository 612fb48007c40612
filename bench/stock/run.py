"""Starts stock Rasa and its embeddings for a bench, and ends them with it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.product import free_port
from bot.core.settings import PROJECT_ROOT

START_SECONDS = 120
STOP_SECONDS = 20
ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""As the product has it: the classifier that more of them slow down is ours, not stock's."""


@contextmanager
def running(model: Path, *, actions_url: str, log: Path) -> Iterator[str]:
    """The address of stock Rasa with `model`; its action server must run already. Both processes write to `log`."""
    port = free_port()
    embed = [sys.executable, "-m", "bench.stock.embeddings", "--port", str(port)]
    with log.open("ab") as out, _process(embed, out.fileno(), f"http://127.0.0.1:{port}/", {}) as embeddings:
        addresses = {"FIREBREAK_KNOWLEDGE_URL": embeddings.rstrip("/"), "FIREBREAK_ACTIONS_URL": actions_url}
        port = free_port()
        with _process(_rasa(model, port), out.fileno(), f"http://127.0.0.1:{port}/", addresses) as rasa:
            yield rasa.rstrip("/")


def _rasa(model: Path, port: int) -> list[str]:
    python = os.environ.get("FIREBREAK_RASA_PYTHON", str(PROJECT_ROOT / ".venv-rasa" / "bin" / "python"))
    files = ["--model", str(model), "--endpoints", "bench/stock/endpoints.yml", "--credentials", "credentials.yml"]
    return [python, "-m", "rasa", "run", *files, "--interface", "127.0.0.1", "--port", str(port)]


@contextmanager
def _process(command: list[str], out: int, url: str, environment: dict[str, str]) -> Iterator[str]:
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR"}
    everything = {**ONE_BLAS_THREAD, **os.environ, **quiet, **environment}
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=everything, stdout=out, stderr=out)
    try:
        _wait_until_up(process, url)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not come up")
