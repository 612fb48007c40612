"""The threat model names tests; each of them is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAPER = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_every_test_that_the_threat_model_names_is_there() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_\w+)\(", sources, re.MULTILINE))
    assert set(re.findall(r"`(test_\w+)`", PAPER)) - there == set()


def test_every_threat_has_an_answer_and_something_that_shows_it() -> None:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in PAPER.splitlines() if row.startswith("|")]
    threats = [row for row in rows if row[0] not in ("threat", "---")]
    assert len(threats) > 20
    assert [row for row in threats if len(row) != 3 or not all(row) or "`" not in row[2]] == []
