"""Where a restore writes on PostgreSQL: into the database itself, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from bot import migrations, tables
from bot.backup import BackupError, shape
from bot.core.db import Database

LOCK_TIMEOUT_MS = 5_000
"""Long enough for PostgreSQL's own housekeeping to step aside."""
OTHERS = """
select coalesce(nullif(application_name, ''), 'unnamed') from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


@contextmanager
def place(url: str, *, replace: bool) -> Iterator[Connection]:
    """A transaction in a database without our tables, kept when the block ends well.

    Raises BackupError when the database is in use, or holds something and `replace` was not said.
    """
    database = Database(url)
    try:
        with database.engine.begin() as connection:
            connection.execute(text("set local time zone 'UTC'"))
            _be_alone(connection)
            _clear(connection, replace=replace)
            yield connection
            connection.execute(text("analyze"))
    finally:
        database.close()


def _be_alone(connection: Connection) -> None:
    """Whoever connects once our tables are locked waits for the end, and then finds the restored rows.

    Others are looked for before as well: a lock that is waited for would hold a running product up.
    """
    _refuse_others(connection)
    connection.execute(text(f"set local lock_timeout = {LOCK_TIMEOUT_MS}"))
    try:
        for name in _present(connection):
            connection.execute(text(f"lock table {name} in access exclusive mode"))
    except OperationalError as error:
        raise BackupError("The database is in use. Stop Firebreak and whatever else reads it.") from error
    _refuse_others(connection)


def _refuse_others(connection: Connection) -> None:
    others = connection.scalars(text(OTHERS)).all()
    if others:
        raise BackupError(
            f"The database is in use by {len(others)} other connections ({', '.join(sorted(set(others)))}). "
            "Stop Firebreak and whatever else reads it."
        )


def _clear(connection: Connection, *, replace: bool) -> None:
    """The tables of this version are dropped; those of an older one are brought here first, so that none is missed."""
    full = [name for name in _present(connection) if connection.scalar(text(f"select 1 from {name} limit 1"))]
    if full and not replace:
        raise BackupError(f"The database holds data ({', '.join(full)}). With --replace, the backup takes its place.")
    revision = migrations.revision_of(connection)
    if revision is not None:
        if revision not in migrations.revisions():
            raise BackupError(f"The database has schema {revision} of a later version. Restore into an empty database.")
        migrations.do_upgrade(connection)
    tables.metadata.drop_all(connection)
    connection.execute(text(f"drop table if exists {shape.OWN_TABLE_OF_ALEMBIC}"))


def _present(connection: Connection) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) & set(tables.metadata.tables))
