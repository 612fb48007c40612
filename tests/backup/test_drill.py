"""The drill of the runbook, line by line as it stands there."""

import shlex
from pathlib import Path

import pytest

from bot.core.settings import PROJECT_ROOT
from tests.backup import first_release
from tests.backup.conftest import Run
from tests.sites import NOWHERE

HEADING = "### Drill: back up and restore"


def drill() -> list[list[str]]:
    paper = (PROJECT_ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    section = paper.partition(HEADING)[2].partition("\n## ")[0]
    return [shlex.split(line)[1:] for line in section.splitlines() if line.startswith("    firebreak ")]


def _confirmed(folder: Path) -> Path:
    """A policy whose numbers for people in danger somebody has confirmed; `firebreak check` refuses another."""
    line = "{ name: { en: Emergency, zh: 紧急电话 }, number: '999', risks: [safety, self_harm] }"
    country = f"{{ name: {{ en: United Kingdom, zh: 英国 }}, confirmed: 'Dan, 2026-01-05', lines: [{line}] }}"
    folder.mkdir()
    (folder / "help_lines.yml").write_text(f"countries: {{ GB: {country} }}\n", encoding="utf-8")
    return folder


def test_the_drill_works_as_the_runbook_has_it(firebreak: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREBREAK_KNOWLEDGE_URL", NOWHERE)
    monkeypatch.setenv("FIREBREAK_POLICY_DIR", str(_confirmed(tmp_path / "policy")))
    places = {"/backup": tmp_path / "backup", "/srv/firebreak": tmp_path / "live", "/srv/drill": tmp_path / "drill"}
    places["/backup"].mkdir()
    live, restored = (f"sqlite:///{places[name] / 'firebreak.db'}" for name in ("/srv/firebreak", "/srv/drill"))
    first_release.make(live)
    said = []
    for command in drill():
        for place, here in places.items():
            command = [word.replace(place, str(here)) if word.startswith(place) else word for word in command]
        done = firebreak(*command)
        assert done.code == 0, done.out + done.err
        said.append(done.out)
    assert len(said) == 4
    assert "is whole" in said[1]
    assert "equal to the backup" in said[2]
    assert first_release.rows(restored)["messages"] == first_release.rows(live)["messages"]
