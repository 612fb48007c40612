"""Guessing passwords is slow, tells nothing, and keeps nobody out who has been in before."""

import asyncio
import itertools
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.core import auth, errors, passwords
from bot.dialogue.scripted import ScriptedEngine
from tests.people import StaffMember
from tests.sites import PASSWORD, Site, running

PROXY = "127.0.0.1"
_networks = itertools.count(1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site behind a proxy, so that a test may come from many addresses."""
    folder = tmp_path_factory.mktemp("passwords")
    with running(f"sqlite:///{folder / 'f.db'}", folder, using=ScriptedEngine(), trusted_proxies=PROXY) as site:
        yield site


class Door:
    """The sign-in, for an account and from addresses of one test alone."""

    def __init__(self, site: Site, http: httpx.Client) -> None:
        self._http, self._network = http, f"203.0.{next(_networks)}"
        self.email = self.hired(site)

    def hired(self, site: Site) -> str:
        email = f"{secrets.token_hex(6)}@emberly.example"
        with site.db.transaction() as session:
            auth.do_add_staff(session, email=email, name="Ben", roles=["agent"], password=PASSWORD)
        return email

    def tries(self, password: str, *, email: str | None = None, place: int = 0, cookie: str | None = None) -> int:
        """The status, coming from the `place`-th address with the `cookie` of a browser."""
        with httpx.Client(base_url=self._http.base_url, trust_env=False, timeout=30) as browser:
            if cookie:
                browser.cookies["firebreak_browser"] = cookie
            answer = browser.post(
                "/api/v1/staff/login",
                json={"email": email or self.email, "password": password},
                headers={"X-Forwarded-For": f"{self._network}.{place}"},
            )
            self.cookie = answer.cookies.get("firebreak_browser") or ""
        return answer.status_code

    def known_browser(self, email: str | None = None) -> str:
        assert self.tries(PASSWORD, email=email, place=200) == 200
        return self.cookie


@pytest.fixture
def door(site: Site, http: httpx.Client) -> Door:
    return Door(site, http)


def test_an_account_is_not_guessed_from_many_addresses(door: Door) -> None:
    assert [door.tries("wrong", place=n) for n in range(7)] == [401] * 5 + [429] * 2


def test_an_address_does_not_guess_at_many_accounts(door: Door) -> None:
    assert [door.tries("wrong", email=f"nobody{n}@emberly.example") for n in range(7)] == [401] * 5 + [429] * 2


def test_who_guesses_from_elsewhere_keeps_nobody_out_of_their_own_browser(door: Door) -> None:
    cookie = door.known_browser()
    assert [door.tries("wrong", place=n) for n in range(6)] == [401] * 5 + [429]
    assert door.tries(PASSWORD, place=200) == 429
    assert door.tries(PASSWORD, place=200, cookie=cookie) == 200


def test_a_known_browser_guesses_no_more_than_five_times_either(door: Door) -> None:
    cookie = door.known_browser()
    assert [door.tries("wrong", cookie=cookie) for _ in range(6)] == [401] * 5 + [429]


@pytest.mark.parametrize("shown", ["forged", "another's"])
def test_a_browser_is_known_by_our_own_word_and_for_one_account(site: Site, door: Door, shown: str) -> None:
    cookie = "e30.e30.AAAA" if shown == "forged" else door.known_browser(door.hired(site))
    assert [door.tries("wrong", place=n, cookie=cookie) for n in range(6)] == [401] * 5 + [429]


def test_wrong_and_unknown_are_compared_with_as_costly_a_hash(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same work is the same time; a clock would tell no more, and fail on a busy machine."""
    compared: list[str] = []

    class Noting:
        def verify(self, stored: str, given: str) -> bool:
            compared.append(stored.rpartition("$")[0].rpartition("$")[0])
            return ours.verify(stored, given)

        def __getattr__(self, name: str) -> object:
            return getattr(ours, name)

    ours = passwords._argon2
    monkeypatch.setattr(passwords, "_argon2", Noting())
    assert door.tries("wrong") == door.tries("wrong", email="nobody@emberly.example") == 401
    assert compared == [f"$argon2id$v=19$m={passwords.MEMORY_KIB},t={passwords.PASSES},p={passwords.LANES}"] * 2


def test_hashes_are_compared_on_their_own_thread_one_at_a_time(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads, writes or acknowledges meanwhile has all other threads."""
    names: list[str] = []
    match = passwords.matches

    def noted(stored: str | None, given: str) -> bool:
        names.append(threading.current_thread().name)
        return match(stored, given)

    monkeypatch.setattr(passwords, "matches", noted)
    with ThreadPoolExecutor(8) as pool:
        tried = [pool.submit(door.tries, "wrong", email=f"nobody{n}@elsewhere.example", place=n) for n in range(8)]
        assert Counter(one.result() for one in tried) == {401: 8}
    assert names == ["passwords_0"] * 8


def test_past_a_crowd_at_the_door_others_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)

    async def crowd() -> list[object]:
        hasher = passwords.Passwords()
        waiting = [hasher.match(None, "wrong") for _ in range(5)]
        told = await asyncio.gather(*waiting, return_exceptions=True)
        hasher.close()
        return [type(one) if isinstance(one, Exception) else one for one in told]

    assert Counter(asyncio.run(crowd())) == {False: 3, errors.Unavailable: 2}


def test_changing_a_password_is_guessed_at_five_times_at_most(site: Site, door: Door) -> None:
    ben = StaffMember(site.url, door.email, PASSWORD)
    codes = [ben.http.post("/staff/password", json={"current": "wrong", "new": "x" * 12}).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
