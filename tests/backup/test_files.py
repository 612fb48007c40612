"""The file of a backup: there whole or not at all, readable by its owner alone, and damage to it is seen."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.backup import BackupError, take
from bot.backup.archive import opened
from bot.backup.restore import verify
from bot.core.db import Database
from tests.backup.conftest import backed_up
from tests.backup.doctored import with_manifest, without

MOMENT = datetime(2026, 1, 31, 2, 0, 5, tzinfo=UTC)
EVERY_NTH = 97


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The file is the same whatever it was made from."""
    return f"sqlite:///{tmp_path / 'firebreak.db'}"


def read(path: Path) -> None:
    verify(path, say=lambda _: None)


def test_a_backup_is_readable_by_its_owner_alone_and_nothing_else_is_left(filled: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    taken = backed_up(filled, folder / "backup.zip")
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["backup.zip"]
    assert taken.size == taken.path.stat().st_size
    read(taken.path)


def test_a_file_that_is_there_is_never_written_over(filled: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    target.write_text("precious")
    with pytest.raises(BackupError, match="exists already"):
        backed_up(filled, target)
    assert target.read_text() == "precious"
    (tmp_path / "other.zip.part").write_text("half")
    with pytest.raises(BackupError, match="another backup is writing it, or one was killed"):
        backed_up(filled, tmp_path / "other.zip")


def test_a_place_that_cannot_be_written_is_named(filled: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"nowhere/backup.zip cannot be written: No such file or directory"):
        backed_up(filled, tmp_path / "nowhere" / "backup.zip")


def test_without_a_database_nothing_is_written(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing to back up"):
        backed_up(database_url, tmp_path / "backup.zip")
    assert not list(tmp_path.glob("backup*"))


def test_a_database_of_a_later_version_is_not_read(filled: str, tmp_path: Path) -> None:
    database = Database(filled)
    with database.transaction() as session:
        session.connection().exec_driver_sql("update alembic_version set version_num = '9999'")
    database.close()
    with pytest.raises(BackupError, match="schema 9999, which a later version made"):
        backed_up(filled, tmp_path / "backup.zip")
    assert not list(tmp_path.glob("backup*"))


def test_a_backup_gets_a_name_of_its_own_in_a_folder(tmp_path: Path) -> None:
    own = "firebreak-20260131-020005.zip"
    for target, path in (
        (None, tmp_path / "default" / own),
        (str(tmp_path), tmp_path / own),
        (f"{tmp_path}/named.zip", tmp_path / "named.zip"),
    ):
        assert take.path_for(target, default_folder=tmp_path / "default", moment=MOMENT) == path
    with pytest.raises(BackupError, match="no folder"):
        take.path_for(f"{tmp_path}/missing/", default_folder=tmp_path, moment=MOMENT)


def test_only_old_backups_of_our_own_names_are_removed(tmp_path: Path) -> None:
    ours = [f"firebreak-2026010{day}-020000.zip" for day in range(1, 6)]
    others = ["firebreak-20260101-020000.zip.part", "firebreak.db", "january.zip"]
    for name in (*ours, *others):
        (tmp_path / name).touch()
    for more_than_there_are in (5, 7, 9):
        assert take.prune(tmp_path / ours[4], keep=more_than_there_are) == []
    removed = take.prune(tmp_path / ours[4], keep=2)
    assert [path.name for path in removed] == ours[:3]
    assert {path.name for path in tmp_path.iterdir()} == {*ours[3:], *others}


def test_a_clock_that_went_back_does_not_cost_the_newest_backup(tmp_path: Path) -> None:
    taken, of_a_later_clock = tmp_path / "firebreak-20260101-020000.zip", tmp_path / "firebreak-20300101-020000.zip"
    for path in (taken, of_a_later_clock):
        path.touch()
    assert take.prune(taken, keep=1) == [of_a_later_clock]


def test_what_is_no_backup_is_refused(tmp_path: Path, archive: Path) -> None:
    database = tmp_path / "firebreak.db"
    (tmp_path / "empty").touch()
    for path in (database, tmp_path / "empty"):
        with pytest.raises(BackupError, match="is not a backup of Firebreak"):
            read(path)
    without(archive, "manifest.json")
    with pytest.raises(BackupError, match="is not a backup of Firebreak, or its manifest is damaged"):
        read(archive)


def test_a_backup_that_ends_anywhere_before_its_end_is_refused(archive: Path) -> None:
    whole = archive.read_bytes()
    for length in range(1, len(whole), EVERY_NTH):
        archive.write_bytes(whole[:length])
        with pytest.raises(BackupError), opened(archive):
            raise AssertionError(f"{length} bytes were taken for a backup")


def test_a_flipped_bit_is_seen_wherever_it_would_change_what_is_restored(archive: Path) -> None:
    """Some bytes of a zip say nothing that is used, such as its times."""
    whole = archive.read_bytes()
    with opened(archive) as held:
        manifest = held.manifest
    seen = 0
    for place in range(0, len(whole), EVERY_NTH):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        try:
            with opened(archive) as held:
                for entry in held.manifest.tables:
                    held.check(entry)
                assert held.manifest == manifest
        except BackupError:
            seen += 1
    assert seen > len(whole) / EVERY_NTH / 3


def test_a_missing_table_is_named(archive: Path) -> None:
    without(archive, "tables/messages.jsonl")
    with pytest.raises(BackupError, match="damaged in table messages"):
        read(archive)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"format": 2, "version": "9.1.0"}, "has format 2, written by Firebreak 9.1.0; this version reads format 1"),
        ({"schema_revision": "9999", "version": "9.1.0"}, "schema 9999, made by Firebreak 9.1.0"),
        ({"made_by": "somebody"}, "not a backup of Firebreak"),
        ({"tables": []}, "does not have the tables of its schema"),
    ],
)
def test_a_backup_that_this_version_cannot_read_is_refused_in_words(
    archive: Path, changed: dict[str, object], told: str
) -> None:
    with_manifest(archive, **changed)
    with pytest.raises(BackupError, match=told):
        read(archive)
