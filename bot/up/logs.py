"""What the parts write: one prefixed JSON line each on our stderr, and a rotating file a part below `logs/`."""

import json
import logging
import logging.handlers
import os
import re
import selectors
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from bot.core import clock

FILE_BYTES = 10_000_000
FILES_KEPT = 5
LONGEST_LINE_BYTES = 64_000
NAME_WIDTH = 9
PROGRESS_SECONDS = 2.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LEVELLED = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d+)? (DEBUG|DEBG|INFO|WARN|ERRO|CRIT)[A-Z]* +(.*)", re.DOTALL
)
_LEVELS = {"WARN": logging.WARNING, "ERRO": logging.ERROR, "CRIT": logging.CRITICAL}


class LogPump(threading.Thread):
    """Carries the lines of all parts. A line that is not JSON (a library's own words) is wrapped in it."""

    def __init__(self, folder: Path, *, terminal: TextIO | None = None) -> None:
        super().__init__(name="logs", daemon=True)
        self._folder = folder
        self._terminal = terminal or sys.stderr
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = os.pipe()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._pending: dict[int, bytes] = {}
        self._files: dict[str, logging.Handler] = {}
        self._pipes: set[Path] = set()
        self._writing = threading.Lock()
        self._progress_at = 0.0
        self._closing = False

    def open_pipe(self, name: str, path: Path) -> None:
        """Make a named pipe at `path` whose lines are those of the part `name`."""
        if path in self._pipes:
            return
        self._pipes.add(path)
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        self.follow(name, os.open(path, os.O_RDWR | os.O_NONBLOCK))

    def follow(self, name: str, stream: int) -> None:
        """Carry what comes through the file descriptor `stream`, and close it at its end."""
        self._pending[stream] = b""
        self._selector.register(stream, selectors.EVENT_READ, name)
        os.write(self._woken, b".")

    def follow_process(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Carry the standard output of `process`, which must be a pipe."""
        assert process.stdout is not None
        self.follow(name, os.dup(process.stdout.fileno()))
        process.stdout.close()

    def say(self, name: str, level: int, event: str, **extra: object) -> None:
        """A line of our own."""
        line = {"at": clock.iso(clock.now()), "process": name, "level": logging.getLevelName(level).lower()}
        self._write(name, json.dumps({**line, "event": event, **extra}, ensure_ascii=False, default=str))

    def run(self) -> None:
        while not self._closing:
            self._turn(None)

    def close(self) -> None:
        """Write what is still in the pipes, then close everything."""
        self._closing = True
        os.write(self._woken, b".")
        if self.is_alive():
            self.join(timeout=1)
        while self._turn(0):
            pass
        for stream in [key.fd for key in self._selector.get_map().values() if key.data]:
            self._end(stream, self._selector.get_key(stream).data)
        self._selector.close()
        os.close(self._wake)
        os.close(self._woken)
        for file in self._files.values():
            file.close()

    def _turn(self, timeout: float | None) -> bool:
        found = [key for key, _ in self._selector.select(timeout) if key.data]
        for key in found:
            self._read(key.fd, key.data)
        if not found and timeout is None:
            os.read(self._wake, 4096)
        return bool(found)

    def _read(self, stream: int, name: str) -> None:
        try:
            chunk = os.read(stream, 65_536)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._end(stream, name)
            return
        *lines, rest = (self._pending[stream] + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        for line in lines:
            self._take(name, line)
        self._pending[stream] = self._progress(name, rest)

    def _progress(self, name: str, rest: bytes) -> bytes:
        """Of a bar that redraws itself, what it shows now; told now and again, not at every step."""
        shown, _, next_one = rest.rpartition(b"\r")
        if shown and time.monotonic() - self._progress_at >= PROGRESS_SECONDS:
            self._progress_at = time.monotonic()
            self._take(name, shown)
        return next_one if shown else rest

    def _end(self, stream: int, name: str) -> None:
        self._take(name, self._pending.pop(stream))
        self._selector.unregister(stream)
        os.close(stream)

    def _take(self, name: str, raw: bytes) -> None:
        text = _COLOURS.sub("", raw.decode("utf-8", "replace").rstrip().rpartition("\r")[2]).strip()
        if _is_json(text):
            self._write(name, text)
        elif text:
            level, words = _level_of(text)
            self.say(name, level, words, logger="output")

    def _write(self, name: str, line: str) -> None:
        """To the file, and to the terminal also when the disk is full: a part that cannot log would stand still."""
        with self._writing:
            with suppress(OSError):
                self._file(name).handle(logging.LogRecord(name, logging.INFO, "", 0, line, None, None))
            with suppress(OSError, ValueError):
                self._terminal.write(f"{name:<{NAME_WIDTH}} | {line}\n")
                self._terminal.flush()

    def _file(self, name: str) -> logging.Handler:
        if name not in self._files:
            self._files[name] = _File(
                self._folder / f"{name}.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
            )
        return self._files[name]


class _File(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        """Nothing: the line is on the terminal, where the file's trouble would drown it."""


def _level_of(text: str) -> tuple[int, str]:
    """Level and words of a line as Python's and supervisord's own formats begin it."""
    found = _LEVELLED.match(text)
    return (_LEVELS.get(found[1], logging.INFO), found[2]) if found else (logging.INFO, text)


def _is_json(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
