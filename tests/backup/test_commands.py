"""`firebreak backup` and `firebreak restore` as an operator types them."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT
from bot.up import lock
from tests.backup import first_release
from tests.backup.conftest import Run, backed_up

BLOCKS_OF_512_BYTES = 200
BULKY_ROWS = 400


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'firebreak.db'}"


@pytest.fixture
def here(filled: str, tmp_path: Path) -> tuple[str, str]:
    """The data directory, as every command takes it."""
    assert filled == f"sqlite:///{tmp_path / 'firebreak.db'}"
    return "--data-dir", str(tmp_path)


@pytest.fixture
def bulky(filled: str) -> None:
    """More rows than a disk of BLOCKS_OF_512_BYTES holds, also when they are packed."""
    database = Database(filled)
    with database.transaction() as session:
        add = "insert into topic_watches (topic, counted_from) values (?, null)"
        for _ in range(BULKY_ROWS):
            session.connection().exec_driver_sql(add, (secrets.token_hex(500),))
    database.close()


def on_a_full_disk(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command where no file can grow beyond BLOCKS_OF_512_BYTES."""
    limited = f'ulimit -f {BLOCKS_OF_512_BYTES} && exec "$@"'
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")}
    return subprocess.run(
        ["sh", "-c", limited, "sh", sys.executable, "-m", "bot.cli", *arguments],
        cwd=PROJECT_ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_operator_backs_up_looks_and_restores_elsewhere(
    firebreak: Run, here: tuple[str, str], tmp_path: Path
) -> None:
    done = firebreak("backup", *here)
    (archive,) = (tmp_path / "backups").iterdir()
    assert re.fullmatch(rf"{archive}: \d+ rows, 0.0 MB, [\d.]+ s. It holds personal data .*\n", done.out), done.err
    assert firebreak("backup", "--verify", str(archive)).out.startswith(f"{archive} is whole: ")
    restored = firebreak("restore", str(archive), "--data-dir", str(tmp_path / "new"))
    assert restored.code == 0, restored.err
    assert "equal to the backup" in restored.out
    assert "comparing" in restored.err
    assert first_release.rows(f"sqlite:///{tmp_path / 'new' / 'firebreak.db'}")["messages"]


def test_of_the_backups_in_a_folder_the_newest_are_kept(firebreak: Run, here: tuple[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "nightly"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"firebreak-2026010{day}-020000.zip").touch()
    assert firebreak("backup", str(folder), "--keep", "2", *here).code == 0
    assert len(list(folder.iterdir())) == 2
    assert (folder / "firebreak-20260103-020000.zip").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["backup", "one.zip", "--keep", "2"], "name a folder"),
        (["backup", "--verify"], "name the FILE"),
        (["backup", "--keep", "0"], "'0' is not a number from 1 up"),
        (["restore", "nothing.zip"], "nothing.zip cannot be read: No such file or directory."),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    firebreak: Run, here: tuple[str, str], arguments: list[str], told: str
) -> None:
    done = firebreak(*arguments, *here)
    assert done.code == 2
    assert told in done.err


def test_before_there_is_a_database_a_backup_makes_none(firebreak: Run, tmp_path: Path) -> None:
    done = firebreak("backup", "--data-dir", str(tmp_path))
    assert done.code == 2
    assert "There is no database at" in done.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_restored_below_a_running_up(
    firebreak: Run, here: tuple[str, str], archive: Path, tmp_path: Path
) -> None:
    with lock.held(tmp_path):
        done = firebreak("restore", str(archive), "--replace", *here)
    assert done.code == 2
    assert "is in use by another `firebreak up`" in done.err


def test_on_a_full_disk_nothing_is_left_of_a_backup(here: tuple[str, str], bulky: None, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.iterdir()}
    done = on_a_full_disk("backup", str(tmp_path / "backup.zip"), *here)
    assert done.returncode == 2
    assert "backup.zip could not be written: File too large. Nothing is left of it." in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} <= {*before, "firebreak.db-wal", "firebreak.db-shm"}


def test_on_a_full_disk_a_restore_leaves_the_database_as_it_was(
    here: tuple[str, str], filled: str, bulky: None, tmp_path: Path
) -> None:
    backed_up(filled, tmp_path / "backup.zip")
    before = first_release.rows(filled)
    done = on_a_full_disk("restore", str(tmp_path / "backup.zip"), "--replace", *here)
    assert done.returncode == 2
    assert "The database is as it was." in done.stderr
    assert "Traceback" not in done.stderr
    assert first_release.rows(filled) == before
    assert not (tmp_path / "firebreak.db.restoring").exists()
