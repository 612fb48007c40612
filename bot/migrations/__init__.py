"""The database's schema, step by step."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.core.db import Database

HERE = Path(__file__).parent


def upgrade(url: str, *, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`. Repeatable; one process at a time."""
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            config = Config()
            config.set_main_option("script_location", str(HERE))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        database.close()
