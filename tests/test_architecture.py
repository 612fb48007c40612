"""Rules that keep the house readable. Each says why it is here."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("bot", "actions", "knowledge_index")
FLOORS = ["core", "policy", "chat", "knowledge", "desk", "alerts", "dialogue", "learning", "flows"]
"""A room imports only what lies below it."""
BESIDE = {
    "channels": {"core"},
    "understanding": set(),
    "nlu": set(),
    "policy": {"core"},
    "core": set(),
}
LONGEST_FILE = 400


def _sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts)


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "bot" and len(parts) > 1 else None


@pytest.mark.parametrize("path", _sources("bot"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(ROOT / "bot").parts[0]
    rooms = {found for module in _imports(path) if (found := _room(module)) and (ROOT / "bot" / found).is_dir()} - {
        room
    }
    if room in BESIDE:
        assert rooms <= BESIDE[room], f"bot/{room} imports {sorted(rooms)}"
    elif room in FLOORS:
        below = set(FLOORS[: FLOORS.index(room)])
        if room == "chat":
            below |= {"channels"}
        if room in ("knowledge", "desk", "dialogue", "learning", "flows"):
            below |= {"understanding"}
        assert rooms <= below, f"bot/{room} imports {sorted(rooms - below)}"


def test_rasa_and_the_actions_know_only_the_wire() -> None:
    for path in _sources("actions", "bot/nlu"):
        ours = {module for module in _imports(path) if module.startswith("bot.")}
        allowed = {module for module in ours if module.startswith(("bot.wire", "bot.nlu"))}
        assert ours == allowed, f"{path.name}: {sorted(ours - allowed)}"


def test_no_process_but_the_knowledge_service_loads_torch() -> None:
    """It costs half a gigabyte and seconds at every start. What each process runs is loaded after the other in one."""
    modules = ("bot.app", "bot.worker", "bot.cli", "actions.serve", "knowledge_index.client")
    look = "print('{0}', 'torch' in sys.modules)"
    steps = [f"import {module}; {look.format(module)}" for module in modules]
    code = "\n".join(
        ["import sys", *steps, "from bot.understanding import facts; facts.read('hello')", look.format("facts")]
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == [f"{name} False" for name in (*modules, "facts")]


def test_one_place_commits() -> None:
    """Who calls `commit` elsewhere breaks 'tell the world after the commit'."""
    commits = [path for path in _sources("bot") if re.search(r"\.commit\(\)", path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in commits] == ["bot/core/db.py", "bot/migrations/__init__.py"]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {str(p.relative_to(ROOT)): n for p in _sources(*OURS, "tests", "bench") if (n := _lines(p)) > LONGEST_FILE}
    assert long == {}


def test_no_room_is_called_utils() -> None:
    names = {"utils", "helpers", "common", "manager", "misc"}
    assert [str(path) for path in _sources(*OURS) if path.stem in names] == []


def test_every_file_of_ours_says_what_it_is_about() -> None:
    bare = [p for p in _sources(*OURS) if _lines(p) and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert [str(path.relative_to(ROOT)) for path in bare] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    """A path or a host that exists on one machine only does not belong into a repository."""
    suspicious = re.compile(r"/root/|/home/\w+/")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    found = [
        name
        for name in listed
        if name.endswith((".py", ".md", ".txt", ".yml", ".toml", ".sh", "Makefile", "Dockerfile"))
        and name != "tests/test_architecture.py"
        and suspicious.search((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert found == []


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
