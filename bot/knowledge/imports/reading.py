"""Large files are read by a process of their own, within bounds of memory and time: no customer waits for any file."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import IO

from bot.core.settings import PROJECT_ROOT
from bot.knowledge.imports import apart
from bot.knowledge.imports.formats import archive, registry
from bot.knowledge.imports.formats.base import Format, Row, Unreadable

SMALL_BYTES = 500_000
"""Unpacked. Another process costs a third of a second: what is read sooner is read here."""
MOST_MEMORY = 1_000_000_000
MOST_SECONDS = 45
"""Of the process's own time."""
PATIENCE = 3
"""How many times longer than its own time it may take while the machine does something else."""
TOO_SLOW = "This file takes too long to read. Bring it in several parts."
BROKEN_OFF = "Reading this file broke off. Bring it in another format."
KEPT_OF_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")


def rows(form: Format, data: bytes, name: str) -> Iterator[Row]:
    """The file's rows. Raises Unreadable, at the latest at the row that makes it so."""
    if archive.unpacked_bytes(data) <= SMALL_BYTES:
        yield from registry.rows(form, data, name)
    else:
        yield from _read_apart(form, data, name)


def _read_apart(form: Format, data: bytes, name: str) -> Iterator[Row]:
    with _reader(form, name) as process:
        clock = threading.Timer(PATIENCE * MOST_SECONDS, process.kill)
        clock.start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with suppress(BrokenPipeError), process.stdin as its:
                its.write(data)
            if (yield from _told(process.stdout)):
                return
            if process.wait() in (-signal.SIGXCPU, -signal.SIGKILL):
                raise Unreadable(TOO_SLOW)
            raise Unreadable(BROKEN_OFF)
        finally:
            clock.cancel()
            process.kill()


def _reader(form: Format, name: str) -> "subprocess.Popen[bytes]":
    """It knows nothing of ours but the file: no setting, no secret, no database."""
    kept = {variable: os.environ[variable] for variable in KEPT_OF_ENVIRONMENT if variable in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", apart.__name__, form.name, name, str(MOST_MEMORY), str(MOST_SECONDS)],
        cwd=PROJECT_ROOT,
        env={**kept, "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _told(lines: IO[bytes]) -> Generator[Row, None, bool]:
    """Its rows. Returns whether it has said that these are all; raises Unreadable when it said why they are not."""
    for line in lines:
        said = json.loads(line)
        if "row" in said:
            yield Row(**said["row"])
        elif "refused" in said:
            raise Unreadable(said["refused"], words=said["words"], fields=said["fields"])
        elif "failed" in said:
            raise RuntimeError(f"the reader of files raised {said['failed']}")
        else:
            return True
    return False
