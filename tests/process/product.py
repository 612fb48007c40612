"""What the tests do with a started product: wait for what it says, look at its processes, kill one, stop it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.core.settings import PROJECT_ROOT
from bot.up import ports
from bot.up.health import get
from tests.people import PATIENCE_SECONDS

PART = Path(__file__).with_name("part.py")


def until(found: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """The first true answer of `found`; fails with `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not in {seconds:.0f} s: {what}")


class Product:
    """A process of `firebreak up`, or of its like with made-up parts, and all that it started.

    `health`: the address of each made-up part.
    """

    def __init__(self, folder: Path, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self.health: dict[str, str] = {}
        self.out, self.err = folder / "out", folder / "err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT_ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def said(self) -> list[str]:
        return self.out.read_text(encoding="utf-8").splitlines()

    def await_said(self, words: str, seconds: float = PATIENCE_SECONDS) -> str:
        def look() -> str | None:
            assert self.process.poll() is None, self.err.read_text(encoding="utf-8")[-2000:]
            return next((line for line in self.said() if line.startswith(words)), None)

        found: str = until(look, f"{words!r} on stdout; said {self.said()}", seconds)
        return found

    def logged(self) -> str:
        return self.err.read_text(encoding="utf-8")

    def family(self) -> list[int]:
        """Every living process below this one."""
        return family_of(self.process.pid)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def pid_at(url: str) -> int:
    """The process that answers there; 0 when none does."""
    _, body = get(url)
    return int(body["pid"]) if isinstance(body, dict) else 0


def described(folder: Path, name: str, *options: str) -> dict[str, Any]:
    """A made-up part; with `--unasked` it has no address at which `up` could ask how it is."""
    port = ports.reserved_port("127.0.0.1")
    argv = [sys.executable, "-S", str(PART), str(port), str(folder / "starts"), *options]
    url = f"http://127.0.0.1:{port}/"
    return {"name": name, "argv": argv, "url": url, "health": "" if "--unasked" in options else url}


def started(folder: Path, parts: list[dict[str, Any]]) -> Product:
    command = [sys.executable, "-m", "tests.process.start", str(folder / "var"), json.dumps(parts)]
    return Product(folder, command)


def living(pids: Sequence[int]) -> list[int]:
    return [pid for pid in pids if _state(pid) not in ("", "Z", "X")]


def family_of(pid: int) -> list[int]:
    parents = {int(p.name): _parent(int(p.name)) for p in Path("/proc").glob("[0-9]*")}
    found, look = [], [pid]
    while look:
        parent = look.pop()
        children = [child for child, its in parents.items() if its == parent]
        found += children
        look += children
    return living(found)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
