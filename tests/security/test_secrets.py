"""Secrets come from files, and are shown nowhere: not in errors, logs, `ps`, probes, or to others on the machine."""

import os
import stat
import subprocess
import sys
import traceback
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from bot.core import settings
from bot.core.settings import PREFIX, PROJECT_ROOT, Settings
from tests.people import PATIENCE_SECONDS
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
    file.write_text(URLS[f"{PREFIX}{name.upper()}"] + "\n", encoding="utf-8")
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


ODD_PASSWORDS = [f"{mark}{CANARY}" for mark in ("pa/", "p@", "p@ss/", "pa?", "pa#", "pa:", "[", "p a", "p\n")]
DATABASE, PUSH = "postgresql://ben:{}@host:5432/x", "redis://:{}@host:6379/0"


@pytest.mark.parametrize("password", [*ODD_PASSWORDS, CANARY], ids=ascii)
@pytest.mark.parametrize(
    ("name", "address"),
    [("database_url", DATABASE), ("database_url", "mysql://ben:{}@host/x"), ("database_url", "{}"),
     ("live_url", PUSH), ("live_url", "http://ben:{}@host"), ("live_url", "redis://:{}@host:none"),
     ("rasa_url", "ftp://ben:{}@host"), ("rasa_url", "http://a:1,http://a:1,http://ben:{}@host:1")],
)  # fmt: skip
def test_what_is_wrong_with_an_address_is_said_without_its_password(
    name: str, address: str, password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given or in a file, masked or taken for a port, in the sentence or in what caused it."""
    file = tmp_path / "secret"
    file.write_text(address.format(password), encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(file))
    try:
        settings.load()
    except settings.SettingsError as error:
        told = "".join(traceback.format_exception(error))
        assert f"{PREFIX}{name.upper()}=" in told
        assert CANARY not in told
    else:
        assert address in (DATABASE, PUSH)
        assert make_url(address.format(password)).password == password or name == "live_url"


@pytest.mark.parametrize("name", ["database_url", "live_url", "identity_secret"])
def test_a_file_that_is_no_text_is_named_and_not_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(CANARY.encode() + b"\xff")
    monkeypatch.setenv(f"{PREFIX}{name.upper()}_FILE", str(tmp_path / "secret"))
    with pytest.raises(settings.SettingsError, match=r"_FILE=.*UTF-8") as refused:
        settings.load()
    assert CANARY not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    "url",
    ["", "sqlite:////srv/firebreak.db", "sqlite:///firebreak.db", "postgresql://ben:p%40ss%2F@host/x",
     "postgresql+psycopg://ben:secret@host:5432/x", "postgresql+psycopg://:@/x?host=/run/postgresql",
     "postgres://host/x", "postgresql://ben:secret@[::1]:5432/x"],
)  # fmt: skip
def test_addresses_of_databases_are_taken_as_they_are_written(url: str) -> None:
    assert settings.load(database_url=url).database_url == url


@pytest.mark.parametrize("url", ["redis://h", "rediss://ben:secret@h:1/0", "redis://:p%40@[::1]:1", "unix:///run/v"])
def test_addresses_of_push_servers_are_taken_as_they_are_written(url: str) -> None:
    assert settings.load(live_url=url).live_url == url


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (f"no server at postgresql://ben:{CANARY}@host/x (see above)", "postgresql://ben:***@host/x (see above)"),
        (f"redis://:{CANARY}@host", "redis://:***@host"),
        (f"redis://:p@{CANARY}/@host", "redis://:***@host"),
        (f"dsn host=h password={CANARY} user=ben", "password=*** user=ben"),
        (f"redis://host/0?password={CANARY}&db=1", "password=***&db=1"),
        ("ask ben@emberly.example at https://emberly.example", "ask ben@emberly.example at https://emberly.example"),
    ],
)
def test_passwords_in_a_sentence_are_masked_and_nothing_else_is(sentence: str, shown: str) -> None:
    assert settings.masked(sentence).endswith(shown)
    assert CANARY not in settings.masked(sentence)


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
        told = httpx.get(site.url + path, trust_env=False, timeout=PATIENCE_SECONDS).text
        assert key not in told
        assert str(site.db.url) not in told
