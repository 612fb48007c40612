"""How Alembic reaches the tables: on the connection that `upgrade` hands over."""

from typing import Literal

from alembic import context

from bot import tables
from bot.core.tables import UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Our own column type by its name alone; the template imports it."""
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
