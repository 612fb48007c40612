"""Accepted examples in the training data: each once, where it belongs, and nothing else in the files touched."""

import difflib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import cli
from bot.core.settings import PROJECT_ROOT
from bot.dialogue.scripted import ScriptedEngine
from bot.learning import project
from tests.people import Ada, StaffMember
from tests.scripts import by_first_word
from tests.sites import PASSWORD, Site, hire, running

Accept = Callable[[str, str], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the site."""
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    url = f"sqlite:///{folder / 'firebreak.db'}"
    with running(url, folder, using=ScriptedEngine(by_first_word), requests_per_minute=100_000) as site:
        hire(site.db)
        yield site


@pytest.fixture(scope="module")
def accept(site: Site) -> Accept:
    """Ada says something, Ben corrects it, and Cleo accepts it in words of hers."""
    ben, cleo = (StaffMember(site.url, f"{name}@emberly.example", PASSWORD) for name in ("ben", "cleo"))

    def accepted(intent: str, example: str) -> None:
        ada = Ada(site.url)
        ada.asks("person please")
        ben.post(f"/desk/tickets/{ben.ticket_of(ada)['number']}/correct", {"intent": "track_order"})
        row = cleo.get("/learning/corrections")["items"][-1]
        given = {"version": row["version"], "intent": intent, "example": example}
        cleo.post(f"/learning/corrections/{row['id']}/accept", given)

    return accepted


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the project's training data."""
    return Path(shutil.copytree(PROJECT_ROOT / "data" / "nlu", tmp_path / "nlu"))


def exported(folder: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert cli.main(["learn", "export", "--data-dir", str(folder), "--to", str(data)]) == 0
    return capsys.readouterr().out.splitlines()


def added(data: Path) -> list[str]:
    """The lines that the folder has more than the project, by file; fails where one is missing or changed."""
    lines = []
    for path in sorted(data.glob("*.yml")):
        before = (PROJECT_ROOT / "data" / "nlu" / path.name).read_text("utf-8").splitlines()
        differs = [line for line in difflib.ndiff(before, path.read_text("utf-8").splitlines()) if line[0] in "+-"]
        assert all(line.startswith("+ ") for line in differs)
        lines += [f"{path.name}: {line[2:].strip()}" for line in differs]
    return lines


def test_each_goes_below_its_intent_behind_the_last_of_its_language_and_only_once(
    folder: Path, data: Path, accept: Accept, capsys: pytest.CaptureFixture[str]
) -> None:
    accept("track_order", "has the zebra van left your yard with my box")
    accept("track_order", "斑马车出发了吗，我的箱子在上面")
    accept("refund_status", "[the zebra](money) is: not back yet")
    said = exported(folder, data, capsys)
    assert said[-1] == "3 written, 0 were there already, 0 not written."
    assert added(data) == [
        "orders.yml: - has the zebra van left your yard with my box",
        "orders.yml: - 斑马车出发了吗，我的箱子在上面",
        "orders.yml: - [the zebra] (money) is: not back yet",
    ]
    by_intent = {entry.intent: entry.examples for entry in project.entries(data / "orders.yml")}
    examples = by_intent["track_order"]
    english = examples.index("has the zebra van left your yard with my box")
    assert examples[-1] == "斑马车出发了吗，我的箱子在上面"
    assert not examples[english + 1].isascii()
    assert by_intent["refund_status"].count("[the zebra] (money) is: not back yet") == 1
    again = exported(folder, data, capsys)
    assert again == ["0 written, 3 were there already, 0 not written."]
    assert len(added(data)) == 3


def test_what_may_not_be_learnt_is_named_with_the_reason(
    folder: Path, data: Path, accept: Accept, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    accept("goodbye", "Hello there!")
    accept("goodbye", "cheerio")
    said = exported(folder, data, capsys)
    assert (
        "not written: goodbye: Hello there! (stands below greet already; settle which is right, in the files)" in said
    )
    assert "not written: goodbye: cheerio (is held out to judge models by, so none may learn it)" in said
    assert not [line for line in added(data) if "cheerio" in line or "Hello there!" in line]
    cleo = StaffMember(site.url, "cleo@emberly.example", PASSWORD)
    waiting = {
        row["example"] for row in cleo.get("/learning/corrections", state="accepted")["items"] if not row["exported_at"]
    }
    assert waiting == {"Hello there!", "cheerio"}


def test_what_stands_in_the_files_is_no_longer_decided_on_the_page(
    folder: Path, data: Path, accept: Accept, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    accept("track_order", "where does the zebra van park with my box")
    exported(folder, data, capsys)
    cleo = StaffMember(site.url, "cleo@emberly.example", PASSWORD)
    row = next(r for r in cleo.get("/learning/corrections", state="accepted")["items"] if r["exported_at"])
    refused = cleo.post(f"/learning/corrections/{row['id']}/reject", {"version": row["version"]}, status=409)
    assert "training data already" in refused["error"]["message"]


def test_a_folder_or_database_that_is_not_there_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["--to", str(tmp_path / "none")], ["--data-dir", str(tmp_path)]):
        assert cli.main(["learn", "export", *arguments]) == 2
        assert "there is no" in capsys.readouterr().err.lower()
