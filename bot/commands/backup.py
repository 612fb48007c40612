"""`firebreak backup` and `firebreak restore`: the database as one file, and back."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.backup import restore as bringing
from bot.backup import take as taking
from bot.commands.trouble import Trouble
from bot.core import clock
from bot.core.db import Database
from bot.core.settings import Settings
from bot.up import lock

NICENESS = 10
"""The acknowledgement of messages goes before a backup."""
MEGABYTE = 1_000_000


def backup(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.verify:
        yield from _verify(arguments)
        return
    _refuse_a_missing_file(settings)
    default = settings.data_dir / "backups"
    target = taking.path_for(arguments.file, default_folder=default, moment=clock.now())
    if arguments.keep and not taking.NAME.fullmatch(target.name):
        raise Trouble("--keep counts the backups of a folder: name a folder, or no FILE.")
    os.nice(NICENESS)
    database = Database(settings.resolved_database_url)
    taken = taking.take(database, target, say=_say)
    database.close()
    for path in taking.prune(taken.path, keep=arguments.keep) if arguments.keep else ():
        _say(f"removed {path}")
    rate = f"{taken.manifest.rows:,} rows, {taken.size / MEGABYTE:,.1f} MB, {taken.seconds:.1f} s"
    yield f"{taken.path}: {rate}. It holds personal data and keys: guard it like the database."


def restore(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with lock.held(settings.data_dir):
        done = bringing.restore(
            settings.resolved_database_url, Path(arguments.file), replace=arguments.replace, say=_say
        )
    manifest = done.manifest
    yield (
        f"{manifest.rows:,} rows of {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC restored in {done.seconds:.1f} s, "
        f"each of {len(manifest.tables)} tables equal to the backup. Everybody of the staff signs in anew."
    )


def _verify(arguments: argparse.Namespace) -> Iterator[str]:
    if not arguments.file or arguments.keep:
        raise Trouble("--verify reads one backup: name the FILE, and nothing else.")
    manifest = bringing.verify(Path(arguments.file), say=_say)
    yield (
        f"{arguments.file} is whole: {manifest.rows:,} rows in {len(manifest.tables)} tables, "
        f"taken {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC by Firebreak {manifest.version} "
        f"(schema {manifest.schema_revision}, {manifest.database})."
    )


def _refuse_a_missing_file(settings: Settings) -> None:
    """Opening it would make it."""
    url = make_url(settings.resolved_database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise Trouble(f"There is no database at {url.database}, so there is nothing to back up.")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
