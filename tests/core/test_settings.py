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


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example/",
        "https://shop.example/chat",
        "https://shop.example?x",
        "https://shop.example; script-src *",
        "https://shop.example https://other.example",
        "https://shop.example\r\nx-header: 1",
        "https://shop.example:99999",
        "https://Shop.example",
        "https://user@shop.example",
        "https://店.example",
        "https://*",
        "https://",
        "shop.example",
        "ftp://shop.example",
        "'unsafe-inline'",
        "*",
    ],
)
def test_an_allowed_origin_that_could_not_stand_in_a_header_stops_the_start(origin: str) -> None:
    with pytest.raises(settings.SettingsError, match=r"FIREBREAK_ALLOWED_ORIGINS=") as refused:
        settings.load(allowed_origins=f"https://good.example, {origin}")
    assert f": {origin!r} cannot be used: each is http://" in str(refused.value)


def test_allowed_origins_are_hosts_with_or_without_a_port() -> None:
    given = (
        "https://shop.example, http://localhost:3000,http://127.0.0.1:80, http://[::1]:8080, https://xn--8y7a.example"
    )
    assert settings.load(allowed_origins=given).origins == {part.strip() for part in given.split(",")}
    assert settings.load(allowed_origins="").origins == frozenset()


def test_a_worker_elsewhere_needs_a_way_to_bring_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREBREAK_WORKER_IN_PROCESS", "false")
    with pytest.raises(settings.SettingsError, match=r"FIREBREAK_LIVE_URL=''.*WORKER_IN_PROCESS=false"):
        settings.load()
    monkeypatch.setenv("FIREBREAK_LIVE_URL", "redis://127.0.0.1:6379/0")
    assert settings.load().worker_in_process is False
