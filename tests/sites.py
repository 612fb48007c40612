"""The web process inside the test's own process, on a real port and a real, migrated database."""

import functools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import select

from bot import migrations
from bot.app import create_app
from bot.core import clock, passwords, settings
from bot.core.auth import PasswordKind, Staff
from bot.core.db import Database
from bot.core.server import configured
from bot.core.tables import new_id
from bot.dialogue.engine import Engine

PASSWORD = "correct horse battery"
STAFF = {
    "ben": ["agent"],
    "bea": ["agent"],
    "cleo": ["editor"],
    "dan": ["supervisor"],
    "eve": ["quality"],
    "admin": ["admin"],
}
NOWHERE = "http://127.0.0.1:9"
START_SECONDS = 60
UNHURRIED: dict[str, Any] = {
    "turn_timeout_seconds": 100,
    "overload_after_seconds": 600,
    "second_notice_after_seconds": 600,
    "tell_overload_after_seconds": 600,
    "requests_per_minute": 1_000_000,
    "link_check_days": 0,
}
"""Where a turn takes seconds, because the machine does much else, nothing is said of it and nobody is limited for
looking often whether it came; and nobody out there is called unasked."""


class Site:
    """A running web process: where it is, and what a test may look at behind the door."""

    def __init__(self, url: str, app: Any, server: uvicorn.Server) -> None:
        self.url = url
        self.app = app
        self.server = server

    @property
    def db(self) -> Database:
        database: Database = self.app.state.db
        return database


@contextmanager
def running(
    database_url: str,
    data_dir: Path,
    *,
    using: Engine | None = None,
    fill: Callable[[Database], None] | None = None,
    is_migrated: bool = False,
    **more: Any,
) -> Iterator[Site]:
    """Serve until the block ends. `using` answers in place of the settings' engine; `fill` writes what comes first.

    `is_migrated`: the database has the schema; looking whether it has takes a tenth of a start.
    """
    parts = {"knowledge_url": NOWHERE, "rasa_url": NOWHERE, "actions_url": NOWHERE, "engine": "scripted"}
    chosen = {**UNHURRIED, **parts, **more}
    config = settings.load(data_dir=data_dir, database_url=database_url, **chosen)
    if not is_migrated:
        migrations.upgrade(config.resolved_database_url)
    if fill is not None:
        database = Database(config.resolved_database_url)
        fill(database)
        database.close()
    app = create_app(config, engine=using)
    with socket.create_server(("127.0.0.1", more.get("port", 0))) as listener:
        server = uvicorn.Server(configured(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _await_start(server, thread)
            yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", app, server)
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


def hire(db: Database) -> None:
    """Give the cast their accounts; one that is there gets the cast's password."""
    with db.transaction() as session:
        there = {staff.email: staff for staff in session.scalars(select(Staff))}
        for name, roles in STAFF.items():
            email = f"{name}@emberly.example"
            staff = there.get(email) or Staff(id=new_id(), email=email, teams=[], created_at=clock.now())
            staff.name, staff.roles, staff.active = name.title(), roles, True
            staff.password_hash, staff.password_kind = _hash(), PasswordKind.OWN
            session.add(staff)


@functools.cache
def _hash() -> str:
    """Of PASSWORD, once: hashing is slow on purpose."""
    return passwords.hashed(PASSWORD)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the web process did not start")
        time.sleep(0.01)
