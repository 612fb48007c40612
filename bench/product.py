"""The whole product as an operator starts it: `firebreak up` on a folder of its own, watched and taken down again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.settings import PROJECT_ROOT
from bot.up import ports

READY_SECONDS = 300
ANSWERING_SECONDS = 900
PARTS = {
    "web": "bot.cli serve",
    "knowledge": "knowledge_index.service",
    "actions": "actions.serve",
    "rasa": "bot.nlu.serve",
    "keeper": "supervisor.supervisord",
}


class Product:
    """A running `firebreak up`. `lines` is all that it printed, on stdout and stderr."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url
        self.lines: list[str] = []
        self._changed = threading.Condition()
        for stream in (process.stdout, process.stderr):
            threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def wait_for(self, beginning: str, *, seconds: float) -> str:
        """The first line that begins so. Raises when `up` ends or time runs out, with its last lines."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                found = next((line for line in self.lines if line.startswith(beginning)), None)
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and left < seconds - 2):
                    raise RuntimeError(f"no line {beginning!r} in time; the last ones:\n" + "\n".join(self.lines[-25:]))
                self._changed.wait(min(left, 1.0))

    def pid(self, part: str) -> int | None:
        """The process id of one of PARTS that runs now."""
        wanted = PARTS[part]
        for pid in _descendants(self.process.pid):
            command = _command(pid)
            if wanted in command and "bot.up.tether" not in command:
                return pid
        return None

    def setting(self, name: str) -> str:
        """A FIREBREAK_ setting, in lower case, as the web process was given it."""
        pid = self.pid("web")
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        wanted = f"FIREBREAK_{name.upper()}="
        return next(line.removeprefix(wanted) for line in environment if line.startswith(wanted))

    def kill(self, part: str, *, sign: int = signal.SIGKILL) -> int | None:
        """Send a signal to a part, by its id; the id, or None where it did not run."""
        pid = self.pid(part)
        if pid is not None:
            os.kill(pid, sign)
        return pid

    def stop(self) -> float:
        """End it as Ctrl-C does; the seconds that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        return time.monotonic() - began

    def _read(self, stream: object) -> None:
        for line in stream:  # type: ignore[attr-defined]
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()


UNLIMITED = {
    "messages_per_10_seconds": "100000",
    "messages_per_minute": "100000",
    "conversations_per_hour": "100000",
    "requests_per_minute": "1000000",
    "sockets_per_address": "100000",
    "sign_ins_per_5_minutes": "1000",
}
"""Limits out of the way of a load; by settings, never by code."""


def hire(data_dir: Path, email: str, role: str, password: str, *, settings: dict[str, str] | None = None) -> None:
    """Add a staff account by the command line. `settings`: where the database is another one than the folder's."""
    command = [sys.executable, "-m", "bot.cli", "staff", "add", "--email", email, "--role", role, "--password-stdin"]
    subprocess.run(
        [*command, "--data-dir", str(data_dir)],
        cwd=PROJECT_ROOT,
        env=_environment(settings),
        input=password,
        text=True,
        check=True,
        stdout=sys.stderr,
    )


@contextmanager
def running(
    data_dir: Path,
    *,
    answering: bool = True,
    settings: dict[str, str] | None = None,
    port: int | None = None,
    wired: dict[str, str] | None = None,
) -> Iterator[Product]:
    """Start the product on a free port and end it with the block. `settings` are FIREBREAK_ names in lower case.

    `wired`: the addresses at which its parts reach each other, where something lies between (see bench.faults.start).
    """
    port = port or free_port()
    starter = ["-m", "bench.faults.start", json.dumps(wired)] if wired else ["-m", "bot.cli", "up"]
    command = [sys.executable, *starter, "--port", str(port), "--data-dir", str(data_dir)]
    process = subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    product = Product(process, f"http://127.0.0.1:{port}")
    try:
        product.wait_for("ready ", seconds=READY_SECONDS)
        if answering:
            product.wait_for("answering", seconds=ANSWERING_SECONDS)
        yield product
    finally:
        product.stop()


def _environment(settings: dict[str, str] | None) -> dict[str, str]:
    """This process's, without settings of its own."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("FIREBREAK_")},
        **{f"FIREBREAK_{name.upper()}": value for name, value in (settings or {}).items()},
    }


def free_port() -> int:
    return ports.free_port("127.0.0.1")


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents.setdefault(_parent(entry), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return -1


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
