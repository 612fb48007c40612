"""What every table shares: the declarative base, named constraints, aware times, sortable ids."""

import functools
import secrets
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import JSON, DateTime, Dialect, Executable, MetaData, Table, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from bot.core import clock

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment on every database; SQLite itself would return naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON}  # noqa: RUF012


def insert_if_absent(session: Session, table: type[Base], values: dict[str, Any]) -> Any:
    """The new row's first key column, or None where a unique key had a row: of two at once, the second waits.

    Flushes nothing: rows that it refers to must have been sent before.
    """
    return session.connection().execute(_absent(session.get_bind().dialect.name, table), values).scalar()


@functools.cache
def _absent(dialect: str, table: type[Base]) -> Executable:
    columns = cast(Table, table.__table__)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    key = next(iter(columns.primary_key))
    return insert(columns).on_conflict_do_nothing().returning(key)


def new_id() -> str:
    """An opaque id of 26 hex digits: milliseconds first, so that an index grows at one end, then 56 random bits."""
    return f"{int(clock.now().timestamp() * 1000):012x}{secrets.token_hex(7)}"
