"""A bad setting stops the start, in words."""

from pathlib import Path

import pytest

from bot.core import settings


def test_a_bad_value_is_named_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREBREAK_PORT", "eighty")
    with pytest.raises(settings.SettingsError, match=r"FIREBREAK_PORT='eighty'.*integer"):
        settings.load()


def test_a_secret_comes_from_a_file_and_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("FIREBREAK_IDENTITY_SECRET_FILE", str(tmp_path / "secret"))
    assert settings.load().identity_secret == "from a file"
    monkeypatch.setenv("FIREBREAK_IDENTITY_SECRET_FILE", str(tmp_path / "absent"))
    with pytest.raises(settings.SettingsError, match="IDENTITY_SECRET_FILE"):
        settings.load()
