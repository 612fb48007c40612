"""Papers that can fail: what a machine can check of them is checked here."""

import re
import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomllib

from bot import cli
from bot.app import create_app
from bot.core import errors, settings

ROOT = Path(__file__).resolve().parents[1]
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
REQUIREMENTS = ("app.in", "dev.in", "rasa.in")
INDENTED = re.compile(r"(?m)^(?: {4,}|\t).*$")
FENCED = re.compile(r"(?ms)^ *```.*?^ *```$")
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
every_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))


def text(paper: Path) -> str:
    return paper.read_text(encoding="utf-8")


def spans(paper: Path) -> list[str]:
    """What stands in backticks."""
    return SPAN.findall(FENCED.sub("", text(paper)))


def code(paper: Path) -> list[str]:
    """Every line that somebody may copy into a terminal."""
    return [*spans(paper), *INDENTED.findall(text(paper))]


def table(paper: str) -> list[list[str]]:
    """The cells of every table row."""
    rows = [line for line in text(ROOT / paper).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the repository, those that are not added yet included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(name for name in listed.splitlines() if (ROOT / name).exists())


@cache
def sources() -> str:
    """All that a name in the papers may come from."""
    kept = [name for name in tracked() if not name.endswith((".md", ".txt", ".png")) and name != "tests/test_docs.py"]
    return "\n".join((ROOT / name).read_text(encoding="utf-8", errors="replace") for name in kept)


def looks_like_a_path(span: str) -> bool:
    tops = {name.split("/")[0] for name in tracked()}
    if not re.fullmatch(r"[\w./*-]+", span) or span.startswith("/"):
        return False
    return span.split("/")[0] in tops if "/" in span else bool(re.search(r"\.(py|yml|md|toml|in|html|js|json)$", span))


def is_there(span: str) -> bool:
    if "/" not in span:
        return any(name.rpartition("/")[2] == span for name in tracked())
    return any(name == span or name.startswith(span.rstrip("/") + "/") or fnmatch(name, span) for name in tracked())


@every_paper
def test_every_file_that_is_named_is_there(paper: Path) -> None:
    assert [span for span in spans(paper) if looks_like_a_path(span) and not is_there(span)] == []


@every_paper
def test_every_link_leads_somewhere(paper: Path) -> None:
    inner = [link.partition("#")[0] for link in LINK.findall(text(paper)) if not link.startswith(("http", "#"))]
    assert [link for link in inner if not (paper.parent / link).exists()] == []


@every_paper
def test_every_make_target_that_is_named_is_one(paper: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = {target for line in code(paper) for target in re.findall(r"(?:^|\s)make ([a-z-]+)", line)}
    assert named - targets == set()


@every_paper
def test_every_firebreak_command_that_is_named_takes_what_it_is_given(
    paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in code(paper):
        for said in re.findall(r"(?:^|[\s/])firebreak ((?:kb|staff|learn) [a-z]+[^#]*|[a-z]+[^#]*)", line):
            words = said.split()
            command = words[:2] if words[0] in ("kb", "staff", "learn") else words[:1]
            with pytest.raises(SystemExit) as ended:
                cli.main([*command, "--help"])
            assert ended.value.code == 0, line
            help_text = capsys.readouterr().out
            assert [word for word in words if word.startswith("--") and word not in help_text] == [], line


@every_paper
def test_every_environment_variable_that_is_named_is_read_somewhere(paper: Path) -> None:
    known = {f"{settings.PREFIX}{name.upper()}" for name in settings.Settings.model_fields}
    named = {name.removesuffix("_FILE") for name in re.findall(r"FIREBREAK_[A-Z0-9_]+", text(paper))}
    assert [name for name in sorted(named - known) if name not in sources()] == []


def test_every_name_in_the_life_of_a_message_is_in_the_code() -> None:
    names = {span for span in spans(ROOT / "docs/life-of-a-message.md") if re.fullmatch(r"[A-Za-z_][\w.]*", span)}
    parts = {part for name in names for part in name.split(".")}
    assert [part for part in sorted(parts) if not re.search(rf"\b{part}\b", sources())] == []


def test_every_setting_stands_in_the_papers_with_its_default() -> None:
    rows = {row[0].strip("`"): row[1] for row in table("docs/settings.md") if "bot/" not in row[1]}
    wanted = {
        f"{settings.PREFIX}{name.upper()}": shown(f.default) for name, f in settings.Settings.model_fields.items()
    }
    assert {name: rows.get(name) for name in wanted} == wanted


def shown(default: Any) -> str:
    if default is None or default == "":
        return "empty"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_every_dependency_has_a_reason_and_a_licence(file: str) -> None:
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    wanted = {re.split(r"[\[=<>~ ]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}
    section = next(
        part for part in text(ROOT / "docs/dependencies.md").split("\n## ") if f"requirements/{file}" in part
    )
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in section.splitlines() if row[:1] == "|"][2:]
    assert {row[0] for row in rows} == wanted
    assert [row for row in rows if len(row) != 3 or not all(row)] == []


def test_every_error_is_told_with_its_code_and_status() -> None:
    told = {(row[0].strip("`"), row[1]) for row in table("docs/api.md")}
    kinds: set[type[errors.FirebreakError]] = {errors.FirebreakError, *_below(errors.FirebreakError)}
    assert {(kind.code, str(kind.status)) for kind in kinds} - told == set()


def _below(kind: type[errors.FirebreakError]) -> set[type[errors.FirebreakError]]:
    return {found for one in kind.__subclasses__() for found in (one, *_below(one))}


def test_every_call_that_the_papers_name_exists(tmp_path: Path) -> None:
    there, _, promised = text(ROOT / "docs/api.md").partition("\n## Promised")
    paths = served(tmp_path)
    assert {call for call in calls(there) if not any(call in path for path in paths)} == set()
    assert {call for call in calls(promised) if any(call in path for path in paths)} == set()


def calls(paper: str) -> set[str]:
    return set(re.findall(r"`(?:GET|POST|PUT|WS) (?:\.\.\.)?(/[\w/{}-]+)`", paper))


def served(data_dir: Path) -> list[str]:
    """The path of every route, names of parameters as the papers write them."""
    app = create_app(settings.load(data_dir=data_dir, engine="scripted"))
    try:
        return [path.replace("{alert_id}", "{id}") for path in [*app.openapi()["paths"], "/api/v1/desk/ws"]]
    finally:
        app.state.db.close()


def test_this_version_has_an_entry_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\n## {version}\n" in text(ROOT / "CHANGELOG.md")


def test_the_licence_is_the_whole_of_apache_2() -> None:
    licence = text(ROOT / "LICENSE")
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
