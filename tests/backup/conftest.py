"""Databases with data and without, of either kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot import cli, migrations
from bot.backup import take
from bot.backup.take import Taken
from bot.commands import backup
from bot.core import clock
from bot.core.auth import Staff
from bot.core.db import Database
from bot.knowledge.models import Article, ArticleDraft, Image
from tests.backup import first_release
from tests.conftest import create_postgres

EVERY_BYTE = bytes(range(256)) * 3
PICTURE = {"media_type": "image/png", "width": 3, "height": 2}


@pytest.fixture
def database_url(empty_url: str) -> str:
    """Nothing yet, also no schema: the first release makes its own."""
    return empty_url


@pytest.fixture
def filled(database_url: str) -> str:
    """Rows of every table that the first release had, on this version's schema; ticket 1002 has come and gone.

    An article has a picture, and an editor's draft that is not saved yet.
    """
    first_release.make(database_url)
    migrations.upgrade(database_url)
    database = Database(database_url)
    with database.transaction() as session:
        ticket = {**session.execute(text("select * from tickets")).mappings().one()}
        copied = ", ".join(name for name in ticket if name not in ("id", "number", "status"))
        copy = f"insert into tickets (status, {copied}) select 'closed', {copied} from tickets returning id"
        session.execute(text("delete from tickets where id = :id"), {"id": session.scalar(text(copy))})
        _write_on(session)
    database.close()
    return database_url


def _write_on(session: Session) -> None:
    staff_id, article_id = session.scalar(select(Staff.id)), session.scalar(select(Article.id))
    assert staff_id
    assert article_id
    more = {"staff_id": staff_id, "article_id": article_id, "based_on": 1, "at": clock.now()}
    session.add(ArticleDraft(key=article_id, content={"answer": '半句 \\ "话"\n'}, **more))
    session.add(Image(id="0" * 32, content=EVERY_BYTE, by=staff_id, at=clock.now(), **PICTURE))


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
