"""Where a restore writes on SQLite: a new file beside the old one, which takes its name at the end."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url

from bot import tables
from bot.backup import BackupError
from bot.backup.take import sync_folder

CACHE_KIB = 262_144
IN_USE = ("SQLITE_BUSY", "SQLITE_LOCKED")


@contextmanager
def place(url: str, *, replace: bool) -> Iterator[Connection]:
    """A transaction in an empty file, which takes the database's place when the block ends well.

    Raises BackupError when the database is in use, or holds something and `replace` was not said.
    """
    path = Path(make_url(url).database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".restoring")
    with _alone(path, replace=replace):
        try:
            _remove(fresh)
            with _filling(fresh) as connection:
                yield connection
            _take_over(fresh, path)
        finally:
            _remove(fresh)


@contextmanager
def _alone(path: Path, *, replace: bool) -> Iterator[None]:
    """Nobody else has the database open, and nobody can open it until the block ends."""
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as old:
        try:
            _lock(old)
            holds = _holds_any(old)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname in IN_USE:
                raise BackupError(f"{path} is in use. Stop Firebreak and whatever else has it open.") from error
            holds = f"cannot be read ({error})"
        if holds and not replace:
            raise BackupError(f"{path} {holds}. With --replace, the backup takes its place.")
        yield


def _lock(old: sqlite3.Connection) -> None:
    """Leaving WAL needs every other connection gone, and brings what is in the -wal file home."""
    old.execute("PRAGMA locking_mode=EXCLUSIVE")
    old.execute("PRAGMA journal_mode=DELETE").fetchall()
    old.execute("BEGIN EXCLUSIVE")


def _holds_any(old: sqlite3.Connection) -> str:
    there = {row[0] for row in old.execute("select name from sqlite_master where type = 'table'")}
    full = [
        name for name in tables.metadata.tables if name in there and old.execute(f'select 1 from "{name}"').fetchone()
    ]
    return f"holds data ({', '.join(sorted(full))})" if full else ""


@contextmanager
def _filling(fresh: Path) -> Iterator[Connection]:
    """No journal and no waiting for the disk: until it is whole, nobody needs it."""
    engine = create_engine(f"sqlite:///{fresh}", hide_parameters=True)
    event.listen(engine, "connect", _hurry)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _hurry(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _take_over(fresh: Path, path: Path) -> None:
    """A -wal file that stayed behind would be read into the new database: it goes first."""
    if path.exists():
        shutil.copymode(path, fresh)
        os.chown(fresh, path.stat().st_uid, path.stat().st_gid)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    for beside in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    fresh.replace(path)
    sync_folder(path.parent)


def _remove(fresh: Path) -> None:
    for beside in ("", "-wal", "-shm", "-journal"):
        fresh.with_name(fresh.name + beside).unlink(missing_ok=True)
