"""The set-up script: which Python it takes, when it has nothing to do, and what a failed step says."""

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.settings import PROJECT_ROOT

REQUIREMENTS = PROJECT_ROOT / "requirements"
NEITHER = """#!/bin/sh
echo "pyenv: $(basename "$0"): command not found" >&2
exit 127
"""


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT_ROOT / "deploy"))


def _script(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("name", ["app", "dev", "rasa"])
def test_every_package_is_pinned_without_addresses_or_hashes(name: str) -> None:
    lines = [line.partition("#")[0].strip() for line in (REQUIREMENTS / f"{name}.txt").read_text().splitlines()]
    pins = [line for line in lines if line and line != "-r app.txt"]
    assert pins
    assert [pin for pin in pins if not (pin.count("==") == 1 and pin.replace("==", "").isprintable())] == []
    assert [pin for pin in pins if any(mark in pin for mark in ("@", "://", "--", "+", " "))] == []


def test_every_direct_dependency_is_among_the_pins() -> None:
    for name in ("app", "dev", "rasa"):
        pinned = "\n".join(
            (REQUIREMENTS / f"{file}.txt").read_text() for file in {name, "app" if name == "dev" else name}
        )
        pins = {_canonical(line.partition("==")[0]) for line in pinned.splitlines()}
        for line in (REQUIREMENTS / f"{name}.in").read_text().splitlines():
            direct = line.partition("#")[0].strip()
            if direct and not direct.startswith("-"):
                bare = _canonical(direct.partition("[")[0].partition("=")[0].partition(">")[0])
                assert bare in pins, f"{name}.in: {direct} is not in {name}.txt"


@pytest.mark.usefixtures("setup")
def test_a_shim_that_hides_no_python_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pythons

    shims = tmp_path / "shims"
    shims.mkdir()
    _script(shims / "python3.10", NEITHER)
    _script(shims / "pyenv", NEITHER)
    root = tmp_path / "pyenv"
    real = root / "versions" / "3.10.99" / "bin"
    real.mkdir(parents=True)
    _script(real / "python3.10", f"#!/bin/sh\necho {real}/python3.10\n")
    monkeypatch.setenv("PATH", f"{shims}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(root))
    assert pythons.find(((3, 10),), "FIREBREAK_PYTHON310") == f"{real}/python3.10"


@pytest.mark.usefixtures("setup")
def test_without_any_python_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pythons

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert pythons.find(((3, 2),), "FIREBREAK_PYTHON310") is None
    assert "sudo apt-get install python3.10 python3.10-venv" in pythons.cure(((3, 10),), "FIREBREAK_PYTHON310")


@pytest.mark.usefixtures("setup")
def test_a_failed_step_names_its_cause_and_the_cure(tmp_path: Path) -> None:
    import environments

    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "app.txt").write_text("torch==0.0.0\n")
    (tmp_path / "pyproject.toml").write_text("")
    environment, _ = environments.both(tmp_path, dev=False, packages_only=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    version = ".".join(str(part) for part in sys.version_info[:2])
    failing = 'echo "ERROR: No matching distribution found for torch==0.0.0"; exit 1'
    _script(python, f'#!/bin/sh\ncase "$1" in -c) echo {version};; *) {failing};; esac\n')
    with pytest.raises(environments.SetupError) as failed:
        environment.make()
    assert "app: installing torch==0.0.0 failed." in str(failed.value)
    assert "No matching distribution found for torch==0.0.0" in str(failed.value)
    assert "cure: The package index has no such torch. Set FIREBREAK_TORCH_INDEX" in str(failed.value)
    assert not environment.is_current()


@pytest.mark.usefixtures("setup")
def test_the_stamp_tells_changed_requirements_and_holds_for_a_part_of_them(tmp_path: Path) -> None:
    import environments

    (tmp_path / "requirements").mkdir()
    for name in ("app", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n[tool.x]\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    version = ".".join(str(part) for part in sys.version_info[:2])
    _script(python, f'#!/bin/sh\ncase "$1" in -c) echo {version};; esac\n')
    full, _ = environments.both(tmp_path, dev=True, packages_only=True)
    bare, _ = environments.both(tmp_path, dev=False, packages_only=True)
    assert not bare.is_current()
    full.make()
    assert full.is_current()
    assert bare.is_current()
    (tmp_path / "requirements" / "dev.txt").write_text("dev==2\n")
    assert bare.is_current()
    assert not full.is_current()


def test_a_second_run_has_nothing_to_do(tmp_path: Path) -> None:
    shutil.copytree(PROJECT_ROOT / "deploy", tmp_path / "deploy")
    shutil.copytree(REQUIREMENTS, tmp_path / "requirements")
    (tmp_path / "pyproject.toml").write_text("")
    for folder, version in ((".venv", "3.11"), (".venv-rasa", "3.10")):
        python = tmp_path / folder / "bin" / "python"
        python.parent.mkdir(parents=True)
        _script(python, f'#!/bin/sh\ncase "$1" in -c) echo {version};; esac\n')
    command = [sys.executable, "deploy/setup.py", "--dev", "--packages"]
    first = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "set-up done in" in first.stdout
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert again.stdout == ""


def _canonical(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(".", "-")
