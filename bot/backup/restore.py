"""The journey of a restore: read the whole backup, see that nobody uses the database, fill a new one beside it or
within one transaction, compare it with the backup, bring it to this version's schema, and only then let it count."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Connection, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot import migrations
from bot.backup import BackupError, filed, rows, served, shape
from bot.backup.archive import Archive, Manifest, digest_of, opened
from bot.backup.progress import Say, told
from bot.chat.models import Conversation
from bot.core import clock
from bot.core.auth import StaffSession
from bot.core.jobs import Job, JobState


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    seconds: float


def verify(path: Path, *, say: Say) -> Manifest:
    """Read a backup from end to end. Raises BackupError when it could not be restored here."""
    with opened(path) as archive:
        _checked(archive, say)
        return archive.manifest


def restore(url: str, path: Path, *, replace: bool, say: Say) -> Restored:
    """Make the database at `url` what the backup at `path` holds, or leave it as it was. Raises BackupError.

    `replace`: also where it holds something, which is then gone.
    """
    began = time.monotonic()
    place = filed.place if make_url(url).get_backend_name() == "sqlite" else served.place
    with opened(path) as archive:
        tables = _checked(archive, say)
        with _nothing_changes_on_error(), place(url, replace=replace) as connection:
            _fill(connection, archive, tables, say)
    return Restored(archive.manifest, time.monotonic() - began)


def _checked(archive: Archive, say: Say) -> tuple[shape.Table, ...]:
    """Its tables, once all of it is read and found to be what its manifest says."""
    manifest = archive.manifest
    known = migrations.revisions()
    if manifest.schema_revision not in known:
        raise BackupError(
            f"{archive.path} has schema {manifest.schema_revision}, made by Firebreak {manifest.version}; "
            f"this version knows them up to {known[-1]}. Install that version or a later one."
        )
    tables = shape.of(manifest.schema_revision)
    if [(entry.table, entry.columns) for entry in manifest.tables] != [(t.name, list(t.columns)) for t in tables]:
        raise BackupError(f"{archive.path} does not have the tables of its schema {manifest.schema_revision}.")
    say(f"reading {archive.path}")
    for entry in manifest.tables:
        archive.check(entry)
    return tables


def _fill(connection: Connection, archive: Archive, tables: tuple[shape.Table, ...], say: Say) -> None:
    migrations.do_upgrade(connection, revision=archive.manifest.schema_revision)
    say("writing")
    for entry, table in zip(archive.manifest.tables, tables, strict=True):
        rows.write(connection, table, told(table.name, archive.blocks(entry), say))
        if entry.last_number is not None:
            rows.set_last_number(connection, table, entry.last_number)
    say("comparing")
    for entry, table in zip(archive.manifest.tables, tables, strict=True):
        if digest_of(rows.read(connection, table)) != (entry.rows, entry.sha256):
            raise BackupError(f"Table {table.name} is not what was backed up after it was written.")
    migrations.do_upgrade(connection)
    _let_go(connection)


def _let_go(connection: Connection) -> None:
    """Who was answering at the moment of the backup is gone: its work is free at once. Nobody of the staff is signed
    in: a session that was ended since, or whose password was changed, would live again."""
    moment = clock.now()
    held = update(Conversation).where(Conversation.turn_lease_by.is_not(None))
    connection.execute(held.values(turn_lease_until=None, turn_lease_by=None))
    connection.execute(update(Job).where(Job.state == JobState.RUNNING).values(lease_until=moment))
    connection.execute(update(StaffSession).where(StaffSession.expires_at > moment).values(expires_at=moment))


@contextmanager
def _nothing_changes_on_error() -> Iterator[None]:
    """Say of every failure what became of the database: nothing."""
    try:
        yield
    except BackupError as error:
        raise BackupError(f"{error} The database is as it was.") from error
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error, migrations.SchemaError, OSError) as error:
        raise BackupError(f"The restore failed ({_cause(error)}). The database is as it was.") from error


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
