"""Commands on a running product: work that failed, and how much is logged. They need the database alone."""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.commands.trouble import Trouble
from bot.core.db import Database
from bot.core.settings import Settings


def jobs(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """List what failed, or with --waiting what is to be done; try again, or give up."""
    from bot.operations import work

    if bool(arguments.give_up) != bool(arguments.reason):
        raise Trouble("--give-up and --reason belong together.")
    with opened(settings) as database:
        if arguments.replay:
            yield _replay(database, arguments.replay)
        elif arguments.give_up:
            with database.transaction() as session:
                work.do_give_up(session, id=arguments.give_up, reason=arguments.reason, by=None)
            yield f"Given up: {arguments.give_up}."
        else:
            yield from _listed(database, "waiting" if arguments.waiting else "failed")


def log_level(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """The row that every process reads within seconds."""
    from bot.operations import loudness

    with opened(settings) as database, database.transaction() as session:
        parts = loudness.do_set(session, level=arguments.level, part=arguments.part, by=None)
    yield f"{', '.join(parts)}: {arguments.level}, within seconds, and until it is set again."


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Opening an SQLite file that is not there would make it."""
    url = make_url(settings.resolved_database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise Trouble(f"There is no database at {url.database}. Name its place by --data-dir.")
    with closing(Database(settings.resolved_database_url)) as database:
        yield database


def _replay(database: Database, what: str) -> str:
    """`what`: `all`, the id of one piece, or a kind."""
    from bot.operations import work

    with database.transaction() as session:
        if what == "all":
            done = work.do_replay(session, by=None)
        else:
            done = work.do_replay(session, by=None, ids=[what]) or work.do_replay(session, by=None, kind=what)
    if not done and what != "all":
        raise Trouble(f"Nothing that failed has the id or the kind {what}. `firebreak jobs` lists what failed.")
    return f"Tried again: {', '.join(done)}." if done else "Nothing failed."


def _listed(database: Database, state: str) -> Iterator[str]:
    from bot.core import clock
    from bot.operations import work

    with database.snapshot() as session:
        found = work.listed(session, state=state)
    if not found:
        yield f"Nothing is {state}."
    for piece in found:
        tries = f"{piece.tries} tries, last {piece.last_failure or 'unknown'}"
        yield f"{piece.id}  {piece.kind}  since {clock.iso(piece.since)}  {tries}  for {piece.belongs_to or '-'}"
