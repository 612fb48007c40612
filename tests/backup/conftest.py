"""Databases with data and without, of either kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import cli, migrations
from bot.backup import take
from bot.backup.take import Taken
from bot.commands import backup
from bot.core.db import Database
from tests.backup import first_release
from tests.conftest import create_postgres


@pytest.fixture
def database_url(empty_url: str) -> str:
    """Nothing yet, also no schema: the first release makes its own."""
    return empty_url


@pytest.fixture
def filled(database_url: str) -> str:
    """Rows of every table that the first release had, on this version's schema; ticket 1002 has come and gone."""
    first_release.make(database_url)
    migrations.upgrade(database_url)
    database = Database(database_url)
    with database.transaction() as session:
        ticket = {**session.execute(text("select * from tickets")).mappings().one()}
        copied = ", ".join(name for name in ticket if name not in ("id", "number", "status"))
        copy = f"insert into tickets (status, {copied}) select 'closed', {copied} from tickets returning id"
        session.execute(text("delete from tickets where id = :id"), {"id": session.scalar(text(copy))})
    database.close()
    return database_url


@pytest.fixture(params=["sqlite", "postgres"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where there is no database yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'elsewhere' / 'firebreak.db'}"
    return create_postgres(request.getfixturevalue("postgres"))


@pytest.fixture
def across(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """Where there is no database yet, of the other kind than `database_url`."""
    if database_url.startswith("sqlite"):
        return create_postgres(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path / 'elsewhere' / 'firebreak.db'}"


def backed_up(url: str, target: Path) -> Taken:
    database = Database(url)
    try:
        return take.take(database, target, say=lambda _: None)
    finally:
        database.close()


@pytest.fixture
def archive(filled: str, tmp_path: Path) -> Path:
    return backed_up(filled, tmp_path / "backup.zip").path


@dataclass(frozen=True)
class Done:
    code: int | str | None
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def firebreak(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line within this process, which keeps its priority."""
    monkeypatch.setattr(backup, "NICENESS", 0)

    def run(*arguments: str) -> Done:
        try:
            code: int | str | None = cli.main(arguments)
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run
