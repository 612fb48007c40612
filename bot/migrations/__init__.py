"""The database's schema, step by step. Revisions form one line; a released one is never edited."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.core.db import Database

HERE = Path(__file__).parent


class SchemaError(Exception):
    """The database cannot be brought to this version's schema. It is as it was; the message says why."""


def upgrade(url: str, *, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`, wholly or not at all. Repeatable; one process at a time."""
    database = Database(url)
    try:
        with database.engine.connect() as connection, rebuilding(connection):
            connection.begin()
            do_upgrade(connection, revision=revision)
            connection.commit()
    finally:
        database.close()


def do_upgrade(connection: Connection, *, revision: str = "head") -> None:
    """The same inside the caller's transaction. Raises SchemaError."""
    config = _config()
    present = revision_of(connection)
    if present is not None and present not in revisions():
        raise SchemaError(
            f"The database has schema {present}, this version knows them up to {revisions()[-1]} only. "
            "Install the later version again; there is no way back but a backup from before the upgrade."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if revision_of(connection) != present:
        _check_references(connection)


def revision_of(connection: Connection) -> str | None:
    """The schema that the database has; None where it has none of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """Every schema that this version knows, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """Let a migration rebuild tables that others point to. Enter it before the transaction begins.

    SQLite alters a table by making a new one and dropping the old, which its foreign keys would refuse. They rest
    meanwhile, and `do_upgrade` looks at every reference afterwards.
    """
    if connection.dialect.name == "sqlite":
        _say_to_driver(connection, "PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        if connection.dialect.name == "sqlite":
            _say_to_driver(connection, "PRAGMA foreign_keys=ON")


def _say_to_driver(connection: Connection, statement: str) -> None:
    """Outside any transaction, within which SQLite ignores this pragma without a word."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement)


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise SchemaError(
                f"Rows of table {broken[0]} would point to nothing in {broken[2]}; the database was left as it was."
            )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config
