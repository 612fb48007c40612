"""What was backed up comes back whole, into either kind of database, or not at all."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from bot import migrations
from bot.backup import BackupError
from bot.backup.restore import restore
from bot.core.auth import StaffSession
from bot.core.db import Database
from bot.core.tables import Base
from bot.dialogue.scripted import ScriptedEngine
from tests.backup import first_release
from tests.backup.conftest import backed_up
from tests.backup.doctored import doctored
from tests.conftest import create_postgres
from tests.people import Ada
from tests.sites import running

UNTOUCHED = {"staff_sessions", "conversations"}
"""Where a restore ends sessions and leases."""


def bring(url: str, archive: Path, *, replace: bool = False) -> None:
    restore(url, archive, replace=replace, say=lambda _: None)


def everything(url: str) -> dict[str, list[dict[str, object]]]:
    """Every row by the models, which is how the product sees it."""
    database, found = Database(url), {}
    with database.snapshot() as session:
        for mapper in Base.registry.mappers:
            key = [getattr(mapper.class_, column.name) for column in mapper.primary_key]
            rows = session.scalars(select(mapper.class_).order_by(*key)).unique()
            found[mapper.class_.__tablename__] = [
                {attribute.key: getattr(row, attribute.key) for attribute in inspect(mapper.class_).column_attrs}
                for row in rows
            ]
    database.close()
    return found


def test_every_row_comes_back_on_either_database(filled: str, other_url: str, tmp_path: Path) -> None:
    first = backed_up(filled, tmp_path / "first.zip")
    bring(other_url, first.path)
    before, after = everything(filled), everything(other_url)
    for held in (before, after):
        for row in held["conversations"]:
            row.pop("turn_lease_until"), row.pop("turn_lease_by")
        for row in held["staff_sessions"]:
            row.pop("expires_at")
    assert after == before


def test_a_backup_of_what_was_restored_equals_the_first(filled: str, across: str, tmp_path: Path) -> None:
    first = backed_up(filled, tmp_path / "first.zip").manifest
    bring(across, tmp_path / "first.zip")
    again = backed_up(across, tmp_path / "again.zip").manifest
    one, two = ({e.table: e for e in m.tables if e.table not in UNTOUCHED} for m in (first, again))
    assert one == two
    assert one["tickets"].last_number == 2


def test_a_number_that_was_told_is_not_given_out_again(filled: str, across: str, tmp_path: Path) -> None:
    bring(across, backed_up(filled, tmp_path / "backup.zip").path)
    database = Database(across)
    with database.transaction() as session:
        session.execute(text("update tickets set status = 'closed'"))
        row = {**session.execute(text("select * from tickets")).mappings().one()}
        names = ", ".join(name for name in row if name not in ("id", "number"))
        add = text(f"insert into tickets ({names}) select {names} from tickets returning number")
        assert session.scalar(add) == 1003
        event = text(
            "insert into ticket_events (ticket_id, at, event, text, detail, visible_to_customer)"
            " select 1, at, event, text, detail, visible_to_customer from ticket_events where id = 1 returning id"
        )
        assert session.scalar(event) == 3
    database.close()


def test_nobody_of_the_staff_is_signed_in_after_a_restore(archive: Path, across: str) -> None:
    bring(across, archive)
    database = Database(across)
    with database.snapshot() as session:
        (found,) = session.scalars(select(StaffSession))
    database.close()
    assert found.expires_at.year < 2100


def test_a_backup_of_the_first_release_comes_back_in_this_ones_schema(
    database_url: str, across: str, tmp_path: Path
) -> None:
    first_release.make(database_url)
    taken = backed_up(database_url, tmp_path / "old.zip")
    assert taken.manifest.schema_revision == first_release.REVISION
    bring(across, taken.path)
    migrations.upgrade(database_url)
    assert everything(across)["messages"] == everything(database_url)["messages"]
    database = Database(across)
    with database.engine.connect() as connection:
        assert migrations.revision_of(connection) == migrations.revisions()[-1]
    database.close()


def test_a_database_that_holds_something_is_replaced_only_when_told_so(filled: str, tmp_path: Path) -> None:
    taken = backed_up(filled, tmp_path / "backup.zip")
    database = Database(filled)
    with database.transaction() as session:
        session.execute(text("delete from feedback"))
    database.close()
    with pytest.raises(BackupError, match=r"holds data \(.*messages.*--replace.*is as it was"):
        bring(filled, taken.path)
    assert everything(filled)["feedback"] == []
    bring(filled, taken.path, replace=True)
    assert len(everything(filled)["feedback"]) == 1


def test_a_database_of_tables_without_rows_needs_no_word(archive: Path, across: str) -> None:
    migrations.upgrade(across)
    bring(across, archive)
    assert len(everything(across)["messages"]) == 4


def test_nothing_is_restored_under_a_running_product(filled: str, tmp_path: Path) -> None:
    taken = backed_up(filled, tmp_path / "backup.zip")
    with running(filled, tmp_path, using=ScriptedEngine()) as site:
        ada = Ada(site.url)
        with pytest.raises(BackupError, match=r"in use.*Stop Firebreak.*is as it was"):
            bring(filled, taken.path, replace=True)
        assert ada.asks("hello")


BAD_ROWS = {
    "twice the same key": lambda lines: [lines[0], lines[0]],
    "a row too short": lambda lines: [b'["Ada"]'],
    "a person without a key": lambda lines: [lines[0].replace(b'"visitor:ada"', b"null")],
}


@pytest.mark.parametrize("flaw", BAD_ROWS)
def test_what_the_database_refuses_in_the_middle_leaves_it_as_it_was(archive: Path, filled: str, flaw: str) -> None:
    doctored(archive, "customers", BAD_ROWS[flaw])
    before = everything(filled)
    with pytest.raises(BackupError, match="is as it was"):
        bring(filled, archive, replace=True)
    assert everything(filled) == before


def test_what_the_database_would_change_is_noticed_and_not_kept(archive: Path, filled: str) -> None:
    """A whole number where the column holds reals comes back as another value."""
    doctored(archive, "turns", lambda lines: [line.replace(b",1.0,", b",1,") for line in lines])
    before = everything(filled)
    with pytest.raises(BackupError, match="turns is not what was backed up after it was written"):
        bring(filled, archive, replace=True)
    assert everything(filled) == before


def test_a_broken_database_file_can_be_replaced(archive: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "firebreak.db"
    broken.parent.mkdir()
    broken.write_bytes(b"no database at all" * 500)
    (broken.parent / "firebreak.db-wal").write_bytes(b"left behind")
    (broken.parent / "firebreak.db.restoring").write_bytes(b"of a restore that was killed")
    with pytest.raises(BackupError, match="cannot be read"):
        bring(f"sqlite:///{broken}", archive)
    bring(f"sqlite:///{broken}", archive, replace=True)
    assert len(everything(f"sqlite:///{broken}")["messages"]) == 4
    assert not (broken.parent / "firebreak.db.restoring").exists()


def test_a_postgres_database_of_a_later_version_is_not_cleared(archive: Path, postgres: str) -> None:
    url = create_postgres(postgres)
    first_release.make(url)
    database = Database(url)
    with database.transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    database.close()
    with pytest.raises(BackupError, match=r"schema 9999 of a later version. Restore into an empty database"):
        bring(url, archive, replace=True)
