"""A database as the first release left it: its schema by its own migration, and rows of every table in plain SQL."""

import time
from pathlib import Path
from typing import Any

import jwt
from sqlalchemy import text

from bot import migrations
from bot.backup import shape
from bot.core.db import Database

REVISION = "0001"
ROWS = Path(__file__).with_name("first_release.sql")
ADA = "conversation-ada"
UNANSWERED = "message-3"
TOKEN_KEY = "first-release-first-release-first-release"

Rows = dict[str, list[dict[str, Any]]]


def make(url: str) -> None:
    migrations.upgrade(url, revision=REVISION)
    database = Database(url)
    with database.transaction() as session:
        if not database.is_sqlite:
            session.execute(text("set local time zone 'UTC'"))
        for statement in ROWS.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                session.connection().exec_driver_sql(statement)
    database.close()


def token() -> str:
    """What the first release gave Ada's browser to show."""
    return jwt.encode({"sub": ADA, "exp": int(time.time()) + 3600}, TOKEN_KEY, "HS256")


def rows(url: str) -> Rows:
    """Every row of the first release's tables, in its columns, as the driver hands it out."""
    found: Rows = {}
    database = Database(url)
    with database.snapshot() as session:
        for table in shape.of(REVISION):
            columns = ", ".join(f'"{name}"' for name in table.columns)
            key = ", ".join(table.key)
            taken = session.execute(text(f"select {columns} from {table.name} order by {key}"))
            found[table.name] = [dict(row) for row in taken.mappings()]
    database.close()
    return found
