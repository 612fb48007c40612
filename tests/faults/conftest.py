"""Disks that fill up, and database servers of one's own."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.faults.postgres import Postgres
from bench.faults.postgres import running as postgres_running

DISK_BYTES = 4_000_000
UNHURRIED: dict[str, Any] = {
    "messages_per_10_seconds": 10_000,
    "messages_per_minute": 10_000,
    "second_notice_after_seconds": 600,
    "overload_after_seconds": 600,
    "tell_overload_after_seconds": 600,
}
"""Where a turn takes seconds, because the machine does much else, nobody is told of a wait, which is an answer too."""


class Disk:
    """A file system of DISK_BYTES."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Until not a byte more goes in."""
        with (self.folder / "filler").open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    def free(self) -> None:
        (self.folder / "filler").unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    """Needs the right to mount; without it the test is left out."""
    with tempfile.TemporaryDirectory(prefix="firebreak-disk-") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", name]
        if os.getuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("a file system cannot be mounted here")
        try:
            yield Disk(Path(name))
        finally:
            subprocess.run(["umount", "-l", name], check=True)


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that a test may kill."""
    with postgres_running() as server:
        yield server
