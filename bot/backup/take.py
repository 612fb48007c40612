"""The journey of a backup: one moment of the database, table by table, into a file that is whole or not there."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from bot import VERSION, migrations
from bot.backup import BackupError, rows, shape
from bot.backup.archive import Entry, Manifest, Writer, written
from bot.backup.progress import Say, told
from bot.core import clock
from bot.core.db import Database

NAME_FORMAT = "firebreak-%Y%m%d-%H%M%S.zip"
NAME = re.compile(r"firebreak-\d{8}-\d{6}\.zip")


@dataclass(frozen=True)
class Taken:
    path: Path
    manifest: Manifest
    size: int
    seconds: float


def take(database: Database, target: Path, *, say: Say) -> Taken:
    """Back up to `target`, readable by its owner alone, while everything else goes on. Raises BackupError.

    What was committed before is in it; what is committed after the first read is not.
    """
    began = time.monotonic()
    with _arriving(target) as file, written(file) as writer, database.standing_still() as connection:
        manifest = _write(connection, writer, say)
    return Taken(target, manifest, target.stat().st_size, time.monotonic() - began)


def path_for(target: str | None, *, default_folder: Path, moment: datetime) -> Path:
    """Where a backup goes: the file that is named, or a name of its own in the folder that is. Raises BackupError."""
    path = Path(target) if target else default_folder
    if not target:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target and target.endswith("/") and not path.is_dir():
        raise BackupError(f"There is no folder {path}.")
    return path / moment.strftime(NAME_FORMAT) if path.is_dir() else path


def prune(taken: Path, *, keep: int) -> list[Path]:
    """Remove all but `taken` and the newest others, `keep` in all, of those that bear a name of ours; those removed."""
    others = sorted(path for path in taken.parent.iterdir() if NAME.fullmatch(path.name) and path != taken)
    old = others[: max(0, len(others) + 1 - keep)]
    for path in old:
        path.unlink()
    return old


def _write(connection: Connection, writer: Writer, say: Say) -> Manifest:
    revision = migrations.revision_of(connection)
    if revision is None:
        raise BackupError("There is no database of Firebreak here yet, so there is nothing to back up.")
    moment = clock.now()
    entries = [_entry(connection, writer, table, say) for table in _shape(revision)]
    manifest = Manifest(
        version=VERSION,
        schema_revision=revision,
        created_at=moment,
        database=connection.dialect.name,
        tables=entries,
    )
    writer.write_manifest(manifest)
    return manifest


def _shape(revision: str) -> tuple[shape.Table, ...]:
    if revision not in migrations.revisions():
        raise BackupError(
            f"The database has schema {revision}, which a later version made; this one cannot read it. "
            "Back up with that version."
        )
    return shape.of(revision)


def _entry(connection: Connection, writer: Writer, table: shape.Table, say: Say) -> Entry:
    count, digest = writer.write_table(table.name, told(table.name, rows.read(connection, table), say))
    number = rows.last_number(connection, table)
    return Entry(table=table.name, columns=list(table.columns), rows=count, sha256=digest, last_number=number)


@contextmanager
def _arriving(target: Path) -> Iterator[BinaryIO]:
    """A file that bears its name once it is whole and on the disk; removed when the block raises."""
    if target.exists():
        raise BackupError(f"{target} exists already and was left alone. Give another name, or a folder.")
    part = target.with_name(target.name + ".part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BackupError(f"{part} exists: another backup is writing it, or one was killed; then remove it.") from error
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BackupError(f"{target} could not be written: {error.strerror}. Nothing is left of it.") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` last through a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
