"""Secrets come from files, and are shown nowhere: not in errors, logs, `ps`, probes, or to others on the machine."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.core import settings
from bot.core.settings import PREFIX, PROJECT_ROOT, Settings
from tests.sites import Site

CANARY = "hunter2-canary"
SECRET = ("database_url", "live_url", "identity_secret")
URLS = {
    "FIREBREAK_DATABASE_URL": f"postgresql://ben:{CANARY}@127.0.0.1:9/nowhere",
    "FIREBREAK_LIVE_URL": f"redis://:{CANARY}@127.0.0.1:9/0",
    "FIREBREAK_IDENTITY_SECRET": CANARY,
}


def firebreak(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    command = [sys.executable, "-m", "bot.cli", *arguments, "--data-dir", str(folder)]
    return subprocess.run(
        command,
        cwd=PROJECT_ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_can_come_from_a_file_and_is_not_in_the_settings_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"redis://:{CANARY}@127.0.0.1:9/0\n", encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(file))
    found = settings.load()
    assert CANARY in getattr(found, name)
    assert CANARY not in repr(found)
    assert CANARY not in str(found)


def test_every_setting_that_may_hold_a_secret_is_hidden() -> None:
    """A new one whose name sounds like it has to join them."""
    sounds = {
        name
        for name in Settings.model_fields
        if any(word in name for word in ("secret", "password", "database_url", "live_url", "key"))
    }
    assert sounds == {name for name, field in Settings.model_fields.items() if not field.repr}


def test_a_command_that_fails_does_not_tell_the_password(tmp_path: Path) -> None:
    for command in (("check",), ("migrate",), ("staff", "list")):
        done = firebreak(tmp_path, *command, **URLS)
        assert done.returncode != 0, command
        assert CANARY not in done.stdout + done.stderr, command


@pytest.mark.parametrize(
    "url", [f"postgresql://ben:{CANARY}@host:port/x", f"nonsense://ben:{CANARY}@host/x", f"postgresql://ben:{CANARY}@"]
)
def test_an_address_that_is_none_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    done = firebreak(tmp_path, "migrate", FIREBREAK_DATABASE_URL=url)
    assert done.returncode != 0
    assert CANARY not in done.stdout + done.stderr


def test_what_is_written_belongs_to_the_operator_alone(tmp_path: Path) -> None:
    """Messages, keys and hashes: the folder and all files in it, whatever the machine's usual mask is."""
    folder = tmp_path / "data"
    assert firebreak(folder, "seed", "--quiet").returncode == 0
    written = [folder, *folder.rglob("*")]
    assert {oct(stat.S_IMODE(path.stat().st_mode) & 0o077) for path in written} == {"0o0"}


def test_probes_and_figures_tell_no_address_and_no_key(site: Site) -> None:
    key = site.app.state.token_keys.signing
    for path in ("/healthz", "/readyz", "/metrics"):
        told = httpx.get(site.url + path, trust_env=False).text
        assert key not in told
        assert str(site.db.url) not in told
