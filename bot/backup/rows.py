"""A table's rows as the archive's lines, out of a database and into one. The two kinds of database differ here alone.

Truth, moments and JSON are lines in the form that SQLite stores; PostgreSQL turns them on its own side. Bytes are
written in hexadecimal digits.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, text

from bot.backup.shape import Table

ROWS_AT_ONCE = 5_000
LARGE_ROWS_AT_ONCE = 8
"""Of a table that holds pictures: each may have megabytes."""


def read(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows in the order of their key, as blocks of whole lines; memory does not grow with the table."""
    streaming = {"stream_results": True, "yield_per": LARGE_ROWS_AT_ONCE if _bytes_of(table) else ROWS_AT_ONCE}
    found = connection.exec_driver_sql(_select(connection, table), execution_options=streaming)
    for part in found.partitions():
        yield b"\n".join([orjson.dumps(tuple(row)) for row in part]) + b"\n"


def write(connection: Connection, table: Table, blocks: Iterable[bytes]) -> None:
    """Add the rows. A PostgreSQL session must be set to UTC, in which moments are written."""
    driver: Any = connection.connection.driver_connection
    names = ", ".join(quoted(connection, name) for name in table.columns)
    target = f"{quoted(connection, table.name)} ({names})"
    places = _bytes_of(table)
    if connection.dialect.name == "sqlite":
        insert = f"insert into {target} values ({', '.join('?' * len(table.columns))})"
        for block in blocks:
            driver.executemany(insert, _parsed(block, places))
        return
    with driver.cursor() as cursor, cursor.copy(f"copy {target} from stdin") as copy:
        for block in blocks:
            for row in _parsed(block, places):
                copy.write_row(row)


def last_number(connection: Connection, table: Table) -> int | None:
    """The highest number handed out for the table's key, also where its row is gone; None where none is."""
    if table.counted is None:
        return None
    highest = text(f"select max({quoted(connection, table.counted)}) from {quoted(connection, table.name)}")
    if connection.dialect.name == "sqlite":
        counter = text("select seq from sqlite_sequence where name = :table")
        handed_out = connection.scalar(counter, {"table": table.name})
    else:
        sequence = connection.scalar(_SEQUENCE, {"table": table.name, "column": table.counted})
        handed_out = connection.scalar(text(f"select last_value from {sequence} where is_called"))
    return max(handed_out or 0, connection.scalar(highest) or 0)


def set_last_number(connection: Connection, table: Table, number: int) -> None:
    """The next number that the database hands out is above `number`."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("delete from sqlite_sequence where name = :table"), {"table": table.name})
        connection.execute(_COUNT_ON, {"table": table.name, "number": number})
    elif number:
        given = {"table": table.name, "column": table.counted, "number": number}
        connection.execute(text("select setval(pg_get_serial_sequence(:table, :column), :number)"), given)


def quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


_SEQUENCE = text("select pg_get_serial_sequence(:table, :column)")
_COUNT_ON = text(
    "insert into sqlite_sequence (name, seq) select :table, :number"
    " where exists (select 1 from sqlite_master where name = :table and sql like '%AUTOINCREMENT%')"
)


def _bytes_of(table: Table) -> list[int]:
    """The places of the columns that hold bytes."""
    return [place for place, kind in enumerate(table.columns.values()) if kind == "bytes"]


def _parsed(block: bytes, bytes_at: list[int]) -> list[list[Any]]:
    """A line feed within a text is written as an escape, so every one in the block ends a row."""
    rows: list[list[Any]] = orjson.loads(b"[" + block[:-1].replace(b"\n", b",") + b"]")
    for row in rows if bytes_at else ():
        for place in bytes_at:
            row[place] = None if row[place] is None else bytes.fromhex(row[place])
    return rows


def _select(connection: Connection, table: Table) -> str:
    sqlite = connection.dialect.name == "sqlite"
    forms = _SQLITE_FORMS if sqlite else _POSTGRES_FORMS
    columns = [forms.get(kind, "{}").format(quoted(connection, name)) for name, kind in table.columns.items()]
    key = [quoted(connection, name) for name in table.key]
    if not sqlite:
        key = [
            f'{name} collate "C"' if table.columns[plain] == "text" else name
            for plain, name in zip(table.key, key, strict=True)
        ]
    return f"select {', '.join(columns)} from {quoted(connection, table.name)} order by {', '.join(key)}"


_SQLITE_FORMS = {"json": "cast({} as text)", "bytes": "lower(hex({}))"}
_POSTGRES_FORMS = {
    "json": "cast({} as text)",
    "boolean": "cast({} as integer)",
    "bytes": "encode({}, 'hex')",
    "moment": "to_char({} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
}
