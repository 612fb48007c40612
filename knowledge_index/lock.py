"""One knowledge service a data directory: two would write over each other's index."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "knowledge.lock"


class DataDirInUse(Exception):
    """Another knowledge service holds this data directory. The message names both."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; the kernel lets go of it however the process ends. Raises DataDirInUse."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise DataDirInUse(_in_words(folder, pid=file.read(20) or "unknown")) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _in_words(folder: Path, *, pid: str) -> str:
    return (
        f"{folder} is in use by another knowledge service (process {pid}). One service is enough for any"
        " number of web and worker processes: stop it, or give this one another --data-dir."
    )
