"""The command that fills an installation: the demo shop and its staff."""

import argparse
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import auth, passwords
from bot.core.db import Database
from bot.core.settings import Settings

DEMO_STAFF = (
    ("ben@emberly.example", "Ben", auth.Role.AGENT),
    ("cleo@emberly.example", "Cleo", auth.Role.EDITOR),
    ("dan@emberly.example", "Dan", auth.Role.SUPERVISOR),
    ("admin@emberly.example", "Admin", auth.Role.ADMIN),
)


def seed(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Migrate; make the demo's staff where there is no staff, and its articles where there are none."""
    from bot import migrations
    from bot.knowledge import service as knowledge
    from knowledge_index import seed as starter

    migrations.upgrade(settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    with database.transaction() as session:
        accounts = _do_add_demo_staff(session)
        published = knowledge.do_seed(session, starter.articles())
    database.close()
    if accounts:
        yield "Staff accounts of the demo shop; the passwords are shown this once:"
        yield from (f"  {email:<24} {role:<12} {password}" for email, role, password in accounts)
    if not arguments.quiet:
        yield f"{published} starter articles published." if published else "There are articles already."


def _do_add_demo_staff(session: Session) -> list[tuple[str, str, str]]:
    if session.scalar(select(auth.Staff.id).limit(1)) is not None:
        return []
    made = []
    for email, name, role in DEMO_STAFF:
        password = passwords.one_time()
        auth.do_add_staff(session, email=email, name=name, roles=[role.value], password=password)
        made.append((email, role.value, password))
    return made
