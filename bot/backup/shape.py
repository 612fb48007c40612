"""What a schema revision consists of, as its own migrations make it. The same for every kind of database."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, MetaData, create_engine
from sqlalchemy import Table as ReflectedTable
from sqlalchemy import types as t

from bot import migrations

OWN_TABLE_OF_ALEMBIC = "alembic_version"
KINDS: tuple[tuple[type[t.TypeEngine[Any]], str], ...] = (
    (t.Boolean, "boolean"),
    (t.DateTime, "moment"),
    (t.JSON, "json"),
    (t.Integer, "integer"),
    (t.Float, "real"),
    (t.LargeBinary, "bytes"),
    (t.String, "text"),
)


@dataclass(frozen=True)
class Table:
    """`columns`: name to kind, without what the database computes. `counted`: the key that the database numbers."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    counted: str | None


@cache
def of(revision: str) -> tuple[Table, ...]:
    """The tables of `revision`, each after those that it points to."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            migrations.do_upgrade(connection, revision=revision)
            found = MetaData()
            found.reflect(connection)
    finally:
        engine.dispose()
    return tuple(_table(table) for table in found.sorted_tables if table.name != OWN_TABLE_OF_ALEMBIC)


def _table(table: ReflectedTable) -> Table:
    key = tuple(column.name for column in table.primary_key)
    columns = {column.name: _kind(column) for column in table.columns if column.computed is None}
    counted = key[0] if len(key) == 1 and columns[key[0]] == "integer" else None
    return Table(table.name, columns, key, counted)


def _kind(column: Column[object]) -> str:
    for kind, name in KINDS:
        if isinstance(column.type, kind):
            return name
    raise TypeError(f"{column.table.name}.{column.name}: a backup does not know how to write {column.type!r}")
