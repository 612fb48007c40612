"""The two environments: what each is made from, and the steps that make it. A failed step says its cause and cure."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

import pythons

STAMP = "firebreak.stamp"
TORCH_INDEX = "FIREBREAK_TORCH_INDEX"
WORDS_KEPT = 12
_printing = threading.Lock()

CURES: tuple[tuple[str, str], ...] = (
    (r"No space left", "The disk is full: both environments need about 5 GB. Make room, then run it again."),
    (
        r"No matching distribution found for torch|Could not find a version .*torch==",
        f"The package index has no such torch. Set {TORCH_INDEX} to an index that has PyTorch's CPU build.",
    ),
    (
        r"No matching distribution|Could not find a version",
        "The package index lacks this package for this Python or machine (Linux x86_64 is tested)."
        " Check PIP_INDEX_URL and pip's configuration.",
    ),
    (
        r"CERTIFICATE_VERIFY|SSLError",
        "The index's certificate is not trusted here. Set PIP_CERT to your organisation's bundle.",
    ),
    (
        r"Temporary failure in name|ConnectionError|NewConnectionError|timed out|ProxyError|Connection reset",
        "The package index cannot be reached. Check the network, HTTPS_PROXY and PIP_INDEX_URL, then run it again.",
    ),
    (
        r"ensurepip|No module named venv",
        "This Python lacks venv: sudo apt-get install python3.11-venv python3.10-venv.",
    ),
    (r"gcc|error: command|Python\.h", "A package is being compiled: sudo apt-get install build-essential python3-dev."),
)


class SetupError(Exception):
    """A step failed. The message names the step, its cause, and the cure."""


class Environment:
    """One virtual environment below the project's root."""

    def __init__(
        self, root: Path, name: str, folder: str, versions: tuple[tuple[int, int], ...], variable: str, files: list[str]
    ) -> None:
        self.root, self.name, self.folder = root, name, root / folder
        self.python = self.folder / "bin" / "python"
        self._versions, self._variable = versions, variable
        self.files = [root / "requirements" / file for file in files]
        self.packages_only = False

    def is_current(self) -> bool:
        """Whether it was made from these very files. One that holds more, the tests' packages, is current too."""
        stamp = self.folder / STAMP
        return self.python.exists() and stamp.exists() and self._digest() in stamp.read_text().split()

    def make(self) -> None:
        """Raises SetupError."""
        self._make_folder()
        self._install_torch()
        for file in self.files:
            total = sum(1 for _ in _pins(file))
            self._step(f"installing {file.name} ({total} packages)", self._pip("-r", str(file)), total)
        if not self.packages_only:
            self._install_ourselves()
        (self.folder / STAMP).write_text("\n".join(self._digests()[1:]) + "\n")
        say(self.name, f"ready: {self.folder.name}")

    def _make_folder(self) -> None:
        if self.python.exists() and pythons.is_whole(str(self.python), self._versions):
            return
        found = pythons.find(self._versions, self._variable)
        if found is None:
            raise SetupError(f"{self.folder.name}: {pythons.cure(self._versions, self._variable)}")
        if self.folder.exists():
            shutil.rmtree(str(self.folder))
        self._step(f"creating {self.folder.name} with {found}", [found, "-m", "venv", str(self.folder)])

    def _install_torch(self) -> None:
        """First and alone: its CPU build may come from an index of its own, which has nothing else of ours."""
        pin = next((pin for file in self.files for pin in _pins(file) if pin.startswith("torch==")), None)
        if pin is None:
            return
        index = os.environ.get(TORCH_INDEX)
        self._step(f"installing {pin}", self._pip(*(["--index-url", index] if index else []), pin))

    def _install_ourselves(self) -> None:
        if self.name == "app":
            self._step("installing firebreak itself", self._pip("--no-deps", "--no-build-isolation", "-e", "."))
        self._step("compiling", [str(self.python), "-m", "compileall", "-q", *self._compiled()])

    def _pip(self, *arguments: str) -> list[str]:
        fixed = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        return [str(self.python), "-m", "pip", "install", *fixed, *arguments]

    def _compiled(self) -> list[str]:
        return (
            ["bot", "actions", "knowledge_index"]
            if self.name == "app"
            else ["bot/nlu", "bot/wire.py", "bot/__init__.py"]
        )

    def _step(self, title: str, command: list[str], total: int = 0) -> None:
        say(self.name, title)
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
        process = subprocess.Popen(
            command,
            cwd=str(self.root),
            env=dict(environment, PYTHONUNBUFFERED="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            errors="replace",
        )
        words = _progress(self.name, process, total)
        if process.wait() != 0:
            raise SetupError(f"{self.name}: {title} failed.\n{_cause_and_cure(words)}")

    def _digest(self) -> str:
        return self._digests()[-1]

    def _digests(self) -> list[str]:
        """One digest for each leading part of the files: none, the first, the first two, ..."""
        project = (self.root / "pyproject.toml").read_text().partition("[tool.")[0]
        digest = hashlib.sha256(f"{self.folder}\n{project}".encode())
        found = [digest.hexdigest()]
        for file in self.files:
            digest.update(file.read_bytes())
            found.append(digest.hexdigest())
        return found


def both(root: Path, *, dev: bool, packages_only: bool) -> list[Environment]:
    app = Environment(root, "app", ".venv", pythons.APP_VERSIONS, "FIREBREAK_PYTHON", ["app.txt"])
    app.files += [root / "requirements" / "dev.txt"] if dev else []
    rasa = Environment(root, "rasa", ".venv-rasa", pythons.RASA_VERSIONS, "FIREBREAK_PYTHON310", ["rasa.txt"])
    app.packages_only = rasa.packages_only = packages_only
    return [app, rasa]


def say(name: str, text: str) -> None:
    with _printing:
        sys.stdout.write(f"{name:<6} | {text}\n")
        sys.stdout.flush()


def _progress(name: str, process: subprocess.Popen[str], total: int) -> list[str]:
    """Tell how far a step is; returns its last words."""
    words: list[str] = []
    seen = 0
    assert process.stdout is not None
    for line in process.stdout:
        text = line.strip()
        words = [*words[-WORDS_KEPT:], text] if text else words
        if re.match(r"Collecting |Requirement already satisfied: ", text):
            seen += 1
            if total and seen <= total and seen % max(total // 5, 1) == 0:
                say(name, f"  {seen} of {total} found")
        elif re.match(r"Downloading .*\((\d{2,}(\.\d+)? MB|[\d.]+ GB)\)|Installing collected|Building wheels", text):
            say(name, "  " + text[:100])
    return words


def _cause_and_cure(words: list[str]) -> str:
    said = "\n".join(words)
    cure = next((cure for pattern, cure in CURES if re.search(pattern, said)), "Run it again; if it stays, read above.")
    cause = "\n".join(f"  {word[:300]}" for word in words)
    return f"cause:\n{cause}\ncure: {cure}"


def _pins(file: Path) -> Iterator[str]:
    for line in file.read_text().splitlines():
        pin = line.partition("#")[0].strip()
        if pin and not pin.startswith("-"):
            yield pin
