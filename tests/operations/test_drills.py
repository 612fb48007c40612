"""The runbook's drills: the lines that stand there, run as they stand there."""

import json
import re
import shlex
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import migrations
from bot.core import jobs
from bot.core.db import Database
from bot.core.jobs import Job, JobState
from bot.core.settings import PROJECT_ROOT
from bot.operations.models import OperatorEvent
from tests.operations.conftest import Firebreak, Said

PAPER = (PROJECT_ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def run(firebreak: Firebreak, heading: str) -> list[Said]:
    """Each command below the heading; its place is the test's own."""
    section = re.split(r"(?m)^##", PAPER.partition(f"# {heading}\n")[2])[0]
    lines = [shlex.split(line)[1:] for line in section.splitlines() if line.startswith("    firebreak ")]
    assert lines, heading
    return [firebreak(*line[: line.index("--data-dir")]) for line in lines]


@pytest.fixture
def db(tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path / 'firebreak.db'}"
    migrations.upgrade(url)
    return Database(url)


def fail_a_job(db: Database) -> int:
    with db.transaction() as session:
        job = jobs.enqueue(session, "index_article", {"article_id": "a"}, key="a")
        session.flush()
        job.state, job.attempts, job.last_error = JobState.FAILED, 8, "KnowledgeUnavailable"
        return job.id


@pytest.mark.parametrize("heading", ["Messages are not acknowledged", "Drill: a part is down"])
def test_a_look_at_a_sound_place_finds_nothing_wrong(firebreak: Firebreak, db: Database, heading: str) -> None:
    (said,) = run(firebreak, heading)
    assert (said.code, "WRONG" in said.out) == (0, False), said.out
    assert "no service at" in said.line("ok      index:")
    db.close()


def test_failed_jobs_are_listed_tried_again_and_gone(firebreak: Firebreak, db: Database) -> None:
    failed = fail_a_job(db)
    listed, replayed, after = run(firebreak, "Drill: failed jobs")
    assert listed.out.startswith(f"{failed}  index_article  since ")
    assert "8 tries, last KnowledgeUnavailable  for a" in listed.out
    assert replayed.out == f"Tried again: {failed}.\n"
    assert after.out == "Nothing is failed.\n"
    with db.snapshot() as session:
        assert session.get_one(Job, failed).state == JobState.WAITING
        assert [(one.event, one.staff_id) for one in session.scalars(select(OperatorEvent))] == [("replayed", None)]
    db.close()


def test_one_is_given_up_with_a_reason_and_the_unknown_is_told(firebreak: Firebreak, db: Database) -> None:
    failed = str(fail_a_job(db))
    assert firebreak("jobs", "--give-up", failed).err == "firebreak: --give-up and --reason belong together.\n"
    assert firebreak("jobs", "--give-up", failed, "--reason", "Gone.").out == f"Given up: {failed}.\n"
    assert firebreak("jobs", "--give-up", failed, "--reason", "Gone.").code == 2
    assert "Nothing that failed has the id or the kind mail" in firebreak("jobs", "--replay", "mail").err
    assert firebreak("jobs", "--replay", "all").out == "Nothing failed.\n"
    db.close()


def test_the_log_level_goes_up_and_down(firebreak: Firebreak, db: Database) -> None:
    up, down = run(firebreak, "Drill: log more for a while")
    assert up.out.startswith("web, worker, knowledge, actions, rasa: debug")
    assert down.out.startswith("web, worker, knowledge, actions, rasa: info")
    assert firebreak("log-level", "warning", "--part", "web").out.startswith("web: warning")
    db.close()


def test_the_disk_is_told_of_for_programs_too(firebreak: Firebreak) -> None:
    (said,) = run(firebreak, "Drill: disk nearly full")
    findings = [json.loads(line) for line in said.out.splitlines()]
    (disk,) = [finding for finding in findings if finding["check"] == "disk"]
    assert "MB are free" in disk["says"]


def test_a_place_without_a_database_is_told_and_left_as_it_is(firebreak: Firebreak, tmp_path: Path) -> None:
    said = firebreak("jobs")
    assert (said.code, "There is no database" in said.err) == (2, True)
    assert list(tmp_path.iterdir()) == []
