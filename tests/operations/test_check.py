"""`firebreak check`: each thing that is not in order, in words, with its cure, and in the exit code."""

import json
import socket
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.commands.check import LOOKS
from bot.commands.checks import dialogue, machine
from bot.commands.checks.finding import Wrong
from bot.core import settings
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT
from tests.operations.conftest import Firebreak


def test_a_fresh_place_is_in_order_and_nothing_is_made_there(firebreak: Firebreak, tmp_path: Path) -> None:
    said = firebreak("check")
    assert said.code == 0, said.out
    assert {line.partition(":")[0].split()[1] for line in said.out.splitlines()} == set(LOOKS)
    assert list(tmp_path.iterdir()) == []


def test_programs_read_one_object_a_finding(firebreak: Firebreak) -> None:
    found = [json.loads(line) for line in firebreak("check", "--json").out.splitlines()]
    assert {finding["check"] for finding in found} == set(LOOKS)
    assert {tuple(finding) for finding in found} == {("check", "level", "says", "cure")}


def test_what_is_wrong_is_told_with_its_cure_and_ends_with_one(firebreak: Firebreak, tmp_path: Path) -> None:
    """All at once, since one flaw must not hide another."""
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "teams.yml").write_text("default: nobody\nteams: {}\n", encoding="utf-8")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "manifest.json").write_text("{", encoding="utf-8")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        wrong = {"PORT": port, "LIVE_URL": "redis://127.0.0.1:9/0", "POLICY_DIR": str(folder)}
        said = firebreak("check", **wrong, IDENTITY_REQUIRED="true", DATABASE_URL=REFUSED)
    assert said.code == 1
    assert f"port {port} is taken by" in said.line("WRONG   ports:")
    assert "127.0.0.1:9. Start it" in said.line("WRONG   push:")
    assert "teams.yml" in said.line("WRONG   policy:")
    assert "Set FIREBREAK_IDENTITY_SECRET_FILE" in said.line("WRONG   settings:")
    assert "The database cannot be used" in said.line("WRONG   database:")
    assert "is damaged" in said.line("WRONG   models:")
    assert "hunter2" not in said.out + said.err


def test_help_lines_that_nobody_confirmed_are_refused(firebreak: Firebreak, tmp_path: Path) -> None:
    told = firebreak("check", POLICY_DIR="").line("WRONG   policy:")
    assert "CN: no number stands for Crisis line; CN: nobody has confirmed its numbers; GB:" in told
    assert "Copy bot/policy/help_lines.yml" in told
    (tmp_path / "help_lines.yml").write_text("countries: {}\n", encoding="utf-8")
    assert "no country is named" in firebreak("check", POLICY_DIR=str(tmp_path)).line("WRONG   policy:")


REFUSED = "postgresql+psycopg://nobody:hunter2@127.0.0.1:9/none"


def test_a_full_disk_is_told_before_it_is_felt() -> None:
    """`/proc` is a file system that never has room."""
    with pytest.raises(Wrong, match="0 MB are free at /proc"):
        list(machine.disk(settings.load(data_dir=Path("/proc/firebreak"))))


def test_an_old_schema_and_untouched_demo_accounts_are_told(firebreak: Firebreak, tmp_path: Path) -> None:
    assert firebreak("seed", "--quiet").code == 0
    said = firebreak("check")
    assert said.code == 0, said.out
    assert "ben@emberly.example" in said.line("warning people:")
    database = Database(f"sqlite:///{tmp_path / 'firebreak.db'}")
    with database.transaction() as session:
        session.execute(text("update alembic_version set version_num = '0001'"))
    database.close()
    old = firebreak("check")
    assert (old.code, "Run `firebreak migrate`" in old.line("WRONG   database:")) == (1, True)


def test_a_secret_that_others_may_read_is_told(firebreak: Firebreak, tmp_path: Path) -> None:
    secret = tmp_path / "identity"
    secret.write_text("a secret of thirty-two characters", encoding="utf-8")
    secret.chmod(0o644)
    assert f"chmod 600 {secret}" in firebreak("check", IDENTITY_SECRET_FILE=str(secret)).line("warning files:")
    secret.chmod(0o600)
    assert "warning files:" not in firebreak("check", IDENTITY_SECRET_FILE=str(secret)).out


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        (
            "data/rules/orders.yml",
            "- action: action_answer",
            "- action: utter_greet",
            "do not end in one of our actions",
        ),
        ("domain.yml", "  - action_complaint\n", "", "domain.yml does not name"),
        ("data/responses.yml", "      value: zh\n", "      value: xx\n", "responses without Chinese"),
        ("domain.yml", "  - action_talk\n", "  - action_talk\n  - action_dance\n", "action server does not have"),
    ],
)
def test_a_flaw_of_the_dialogue_project_is_named(tmp_path: Path, file: str, before: str, after: str, told: str) -> None:
    for path in [PROJECT_ROOT / "domain.yml", *(PROJECT_ROOT / "data").rglob("*.yml")]:
        copy = tmp_path / path.relative_to(PROJECT_ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    flawed = (tmp_path / file).read_text(encoding="utf-8")
    assert before in flawed
    (tmp_path / file).write_text(flawed.replace(before, after), encoding="utf-8")
    with pytest.raises(Wrong, match=told):
        list(dialogue.look_at(tmp_path))
