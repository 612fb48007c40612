"""The command line as an operator types it, in this process: quicker than a new one, and the same code."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import cli
from bot.core import log
from tests.sites import NOWHERE

CONFIRMED = Path(__file__).parent / "policy"
"""A policy folder as an operator leaves it: its help lines are confirmed."""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    def line(self, start: str) -> str:
        """The one line that begins so."""
        (found,) = [line for line in self.out.splitlines() if line.startswith(start)]
        return found


Firebreak = Callable[..., Said]


@pytest.fixture
def firebreak(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Firebreak]:
    """`firebreak("jobs", "--replay", "all")` on the data directory `tmp_path`; keywords are settings."""
    kept = os.umask(0o077)

    def run(*arguments: str, **settings: str) -> Said:
        with monkeypatch.context() as patched:
            for name in [
                name for name in os.environ if name.startswith("FIREBREAK_") and name != "FIREBREAK_MODELS_DIR"
            ]:
                patched.delenv(name)
            for name, value in {
                "PORT": "0",
                "KNOWLEDGE_URL": NOWHERE,
                "POLICY_DIR": str(CONFIRMED),
                **settings,
            }.items():
                patched.setenv(f"FIREBREAK_{name}", value)
            capsys.readouterr()
            code = cli.main([*arguments, "--data-dir", str(tmp_path)])
        return Said(code, *capsys.readouterr())

    yield run
    os.umask(kept)


@pytest.fixture(autouse=True)
def _as_loud_as_before() -> Iterator[None]:
    before = log.level()
    yield
    log.set_level(before)
