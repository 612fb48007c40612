"""Staff sign in with a password, pages with a cookie and its CSRF value; roles are asked for at every door."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bot.core import auth, passwords
from bot.core.limits import Window
from bot.dialogue.scripted import ScriptedEngine
from tests.people import PATIENCE_SECONDS, StaffMember
from tests.sites import PASSWORD, Site, hire, running

BEN = {"email": "ben@emberly.example", "password": PASSWORD}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(f"sqlite:///{tmp_path / 'staff.db'}", tmp_path, using=ScriptedEngine()) as site:
        hire(site.db)
        yield site


@pytest.fixture
def page(site: Site) -> httpx.Client:
    """A browser page where Ben has signed in."""
    client = httpx.Client(base_url=f"{site.url}/api/v1", trust_env=False, timeout=PATIENCE_SECONDS)
    answer = client.post("/staff/login", json=BEN)
    assert "httponly" in answer.headers.get_list("set-cookie")[0].lower()
    return client


def test_a_page_writes_with_its_csrf_value_and_not_without(page: httpx.Client) -> None:
    assert page.get("/staff/me").json()["name"] == "Ben"
    assert page.post("/staff/logout").status_code == 403
    assert page.post("/staff/logout", headers={"X-CSRF-Token": "guess"}).status_code == 403
    assert page.post("/staff/logout", headers={"X-CSRF-Token": page.cookies["firebreak_csrf"]}).status_code == 204
    assert page.get("/staff/me").status_code == 401


def test_the_sixth_wrong_password_is_not_even_looked_at(site: Site) -> None:
    codes = [
        httpx.post(
            f"{site.url}/api/v1/staff/login",
            json={**BEN, "password": "wrong"},
            trust_env=False,
            timeout=PATIENCE_SECONDS,
        ).status_code
        for _ in range(6)
    ]
    assert codes == [401] * 5 + [429]
    answer = httpx.post(f"{site.url}/api/v1/staff/login", json=BEN, trust_env=False, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_of_a_burst_of_wrong_passwords_no_more_than_five_are_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    match = passwords.matches

    def noted(stored: str | None, given: str) -> bool:
        looked_at.append(given)
        return match(stored, given)

    monkeypatch.setattr(passwords, "matches", noted)

    def guess(number: int) -> int:
        body = {**BEN, "password": f"wrong {number}"}
        return httpx.post(f"{site.url}/api/v1/staff/login", json=body, trust_env=False, timeout=30).status_code

    with ThreadPoolExecutor(20) as pool:
        codes = Counter(pool.map(guess, range(20)))
    assert codes == {401: 5, 429: 15}
    assert len(looked_at) == 5


def test_signing_in_rightly_uses_up_nothing(site: Site) -> None:
    codes = [
        httpx.post(f"{site.url}/api/v1/staff/login", json=BEN, trust_env=False, timeout=30).status_code
        for _ in range(7)
    ]
    assert codes == [200] * 7


def test_an_account_is_not_charged_for_tries_that_its_address_was_refused(site: Site) -> None:
    for name in "abcde":
        body = {"email": f"{name}@emberly.example", "password": "wrong"}
        httpx.post(f"{site.url}/api/v1/staff/login", json=body, trust_env=False, timeout=30)
    for _ in range(6):
        answer = httpx.post(f"{site.url}/api/v1/staff/login", json=BEN, trust_env=False, timeout=30)
        assert answer.status_code == 429
    asyncio.run(site.app.state.limits.check(Window(f"sign-in:{BEN['email']}", 1, 300)))


def test_a_new_password_ends_running_sessions(site: Site, page: httpx.Client) -> None:
    with site.db.transaction() as session:
        auth.do_add_staff(session, email="ben@emberly.example", name="Ben", roles=["agent"], password="another one 123")
    assert page.get("/staff/me").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/desk/tickets"),
        ("POST", "/knowledge/articles"),
        ("POST", "/alerts/none/confirm"),
    ],
)
def test_eve_is_refused_and_a_stranger_is_asked_to_sign_in(
    site: Site, staff: Callable[[str], StaffMember], method: str, path: str
) -> None:
    body = {"language": "en", "question": "q", "answer": "a", "level": "crisis", "note": "n"}
    eve = staff("eve").http.request(method, path, json=body if method == "POST" else None)
    assert eve.status_code == 403
    assert eve.json()["error"]["code"] == "forbidden"
    stranger = httpx.request(method, f"{site.url}/api/v1{path}", json=body, trust_env=False, timeout=PATIENCE_SECONDS)
    assert stranger.status_code == 401
