"""The drill of the runbook, line by line as it stands there."""

import shlex
from pathlib import Path

from bot.core.settings import PROJECT_ROOT
from tests.backup import first_release
from tests.process.test_cli import firebreak

HEADING = "### Drill: back up and restore"
NOBODY = "http://127.0.0.1:9"


def drill() -> list[list[str]]:
    paper = (PROJECT_ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    section = paper.partition(HEADING)[2].partition("\n## ")[0]
    return [shlex.split(line)[1:] for line in section.splitlines() if line.startswith("    firebreak ")]


def test_the_drill_works_as_the_runbook_has_it(tmp_path: Path) -> None:
    places = {"/backup": tmp_path / "backup", "/srv/firebreak": tmp_path / "live", "/srv/drill": tmp_path / "drill"}
    places["/backup"].mkdir()
    live, restored = (f"sqlite:///{places[name] / 'firebreak.db'}" for name in ("/srv/firebreak", "/srv/drill"))
    first_release.make(live)
    said = []
    for command in drill():
        for place, here in places.items():
            command = [word.replace(place, str(here)) if word.startswith(place) else word for word in command]
        done = firebreak(*command, FIREBREAK_KNOWLEDGE_URL=NOBODY)
        assert done.returncode == 0, done.stdout + done.stderr
        said.append(done.stdout)
    assert len(said) == 4
    assert "is whole" in said[1]
    assert "equal to the backup" in said[2]
    assert first_release.rows(restored)["messages"] == first_release.rows(live)["messages"]
