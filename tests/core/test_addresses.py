"""Whose address a request counts for: the customer's, also behind proxies, and nobody can choose it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.core import settings
from bot.dialogue.scripted import ScriptedEngine
from tests.people import PATIENCE_SECONDS
from tests.sites import Site, running

PROXIES = "127.0.0.0/8, 10.0.0.7"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'addresses.db'}"
    with running(url, tmp_path, using=ScriptedEngine(), requests_per_minute=3, trusted_proxies=PROXIES) as site:
        yield site


def codes(site: Site, *forwarded: str) -> list[int]:
    """Five requests that came by a proxy which forwarded for these."""
    headers = [("X-Forwarded-For", one) for one in forwarded]
    return [
        httpx.get(f"{site.url}/api/v1/staff/me", headers=headers, trust_env=False, timeout=PATIENCE_SECONDS).status_code
        for _ in range(5)
    ]


def test_customers_behind_a_proxy_are_counted_each_for_themselves(site: Site) -> None:
    assert codes(site, "203.0.113.1") == [401, 401, 401, 429, 429]
    assert codes(site, "203.0.113.2") == [401, 401, 401, 429, 429]


def test_behind_two_proxies_it_is_the_nearest_address_that_is_not_one_of_them(site: Site) -> None:
    assert codes(site, "203.0.113.3, 10.0.0.7") == [401, 401, 401, 429, 429]
    assert codes(site, "203.0.113.3", "10.0.0.7") == [429] * 5


def test_what_a_customer_claims_beyond_that_changes_nothing(site: Site) -> None:
    assert codes(site, "198.51.100.1, 203.0.113.4") == [401, 401, 401, 429, 429]
    assert codes(site, "198.51.100.2, 203.0.113.4") == [429] * 5


def test_without_trusted_proxies_the_header_is_not_read(tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path / 'bare.db'}", tmp_path, using=ScriptedEngine(), requests_per_minute=3) as site:
        assert codes(site, "203.0.113.5") == [401, 401, 401, 429, 429]
        assert codes(site, "203.0.113.6") == [429] * 5


def test_a_proxy_that_is_no_address_is_refused_in_words() -> None:
    with pytest.raises(settings.SettingsError, match=r"TRUSTED_PROXIES='nginx': 'nginx' cannot be used: each is an"):
        settings.load(trusted_proxies="nginx")


@pytest.mark.parametrize("given", ["", "rasa:5005", "http://a:1,http://a:1/", "ftp://a"])
def test_addresses_of_rasa_that_cannot_be_used_are_refused_in_words(given: str) -> None:
    with pytest.raises(settings.SettingsError, match=r"FIREBREAK_RASA_URL=.*separated by commas"):
        settings.load(rasa_url=given)


def test_several_rasas_are_read_as_they_stand() -> None:
    assert settings.load(rasa_url=" http://a:1/ ,http://b:2").rasa_urls == ("http://a:1", "http://b:2")
