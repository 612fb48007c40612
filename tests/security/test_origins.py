"""Which pages may open our sockets, and what another site's page can do with a cookie it cannot read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from bot.dialogue.scripted import ScriptedEngine
from tests.people import PATIENCE_SECONDS, Ada, StaffMember
from tests.security.conftest import SHOP
from tests.sites import PASSWORD, Site, hire, running

STRANGERS = [
    "null",
    "",
    "https://evil.example",
    f"{SHOP}.evil.example",
    f"{SHOP}:8443",
    f"{SHOP}/",
    "http://shop.emberly.example",
    "https://a.shop.emberly.example",
    "https://shop.emberly.example@evil.example",
    "HTTPS://SHOP.EMBERLY.EXAMPLE",
    "ftp://{host}",
    "http://{host}.evil.example",
    "http://{host}:80",
    "http://a.{host}",
    "http://{host}/",
    "{host}",
    "//{host}",
]
"""`{host}` is our own address. Browsers send an origin in lower case, without path or default port."""


def opens(site: Site, path: str, token: str, origin: str | None) -> int:
    """The status of an attempt to open a socket; 101 where it opened."""
    try:
        with connect(
            f"{site.url.replace('http', 'ws', 1)}/api/v1{path}",
            subprotocols=[Subprotocol(f"bearer.{token}")],
            origin=Origin(origin) if origin is not None else None,
            proxy=None,
        ):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def host_of(site: Site) -> str:
    return site.url.partition("://")[2]


@pytest.fixture(scope="module")
def bens(site: Site) -> str:
    """The token of Ben's session."""
    return StaffMember(site.url, "ben@emberly.example", PASSWORD).token


def test_a_chat_is_opened_by_our_pages_the_allowed_ones_and_apps(site: Site, ada: Ada) -> None:
    for origin in (site.url, SHOP, None):
        assert opens(site, f"/conversations/{ada.id}/ws", ada.token, origin) == 101, origin


def test_the_desk_is_opened_by_our_pages_and_apps_alone(site: Site, bens: str) -> None:
    assert [opens(site, "/desk/ws", bens, origin) for origin in (site.url, None, SHOP)] == [101, 101, 403]


@pytest.mark.parametrize("origin", STRANGERS)
def test_no_other_page_opens_a_socket(site: Site, ada: Ada, bens: str, origin: str) -> None:
    shown = origin.replace("{host}", host_of(site))
    assert opens(site, f"/conversations/{ada.id}/ws", ada.token, shown) == 403
    assert opens(site, "/desk/ws", bens, shown) == 403


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that a proxy serves over HTTPS."""
    folder = tmp_path_factory.mktemp("https")
    with running(f"sqlite:///{folder / 'f.db'}", folder, using=ScriptedEngine(), secure_cookies=True) as site:
        hire(site.db)
        yield site


def test_served_over_https_a_plain_page_of_the_same_host_opens_nothing(https: Site) -> None:
    token = StaffMember(https.url, "ben@emberly.example", PASSWORD).token
    assert opens(https, "/desk/ws", token, f"https://{host_of(https)}") == 101
    assert opens(https, "/desk/ws", token, f"http://{host_of(https)}") == 403


def test_cookies_belong_to_this_host_and_never_come_along_from_elsewhere(site: Site, https: Site) -> None:
    for where, prefix, secure in ((site, "", False), (https, "__Host-", True)):
        set_by = _sign_in(where).headers.get_list("set-cookie")
        attributes = {one.partition("=")[0]: {part.strip().lower() for part in one.split(";")[1:]} for one in set_by}
        names = ("firebreak_session", "firebreak_csrf", "firebreak_browser")
        assert set(attributes) == {prefix + name for name in names}
        for name, found in attributes.items():
            assert {"samesite=strict", "path=/"} <= found
            assert ("secure" in found) is secure
            assert ("httponly" in found) is not name.endswith("_csrf")
            assert not any(part.startswith("domain") for part in found)


def test_a_form_of_another_site_signs_nobody_in(http: httpx.Client) -> None:
    """A page elsewhere can send a form or plain text without asking first; neither is JSON."""
    body = '{"email": "ben@emberly.example", "password": "' + PASSWORD + '"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        refused = http.post("/api/v1/staff/login", content=body, headers={"Content-Type": kind})
        assert refused.status_code == 422
        assert "set-cookie" not in refused.headers


def test_the_csrf_value_of_one_session_is_of_no_use_to_another(site: Site) -> None:
    ben, cleo = _page(site, "ben"), _page(site, "cleo")
    for value in ("", "guess", cleo.cookies["firebreak_csrf"], ben.cookies["firebreak_session"]):
        assert ben.post("/api/v1/staff/logout", headers={"X-CSRF-Token": value}).status_code == 403
    own = {"X-CSRF-Token": ben.cookies["firebreak_csrf"]}
    assert ben.post("/api/v1/staff/logout", headers=own).status_code == 204


def test_no_other_site_reads_an_answer(http: httpx.Client) -> None:
    """The widget is a frame of our own origin, so no call has to be shared with another site's page."""
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for method, path in (("OPTIONS", "/api/v1/conversations"), ("GET", "/"), ("POST", "/api/v1/conversations")):
        answer = http.request(method, path, headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("proxies", "second"), [("127.0.0.1", 401), ("", 429)])
def test_a_forwarded_address_is_believed_from_a_named_proxy_alone(tmp_path: Path, proxies: str, second: int) -> None:
    """Else anybody would have as many addresses, and so as many tries, as they like."""
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    with running(f"sqlite:///{tmp_path / 'f.db'}", tmp_path, requests_per_minute=1, trusted_proxies=proxies) as site:
        me = f"{site.url}/api/v1/staff/me"
        assert httpx.get(me, trust_env=False, timeout=PATIENCE_SECONDS).status_code == 401
        assert httpx.get(me, headers=told, trust_env=False, timeout=PATIENCE_SECONDS).status_code == second


def _sign_in(site: Site) -> httpx.Response:
    body = {"email": "ben@emberly.example", "password": PASSWORD}
    return httpx.post(f"{site.url}/api/v1/staff/login", json=body, trust_env=False, timeout=30)


def _page(site: Site, name: str) -> httpx.Client:
    client = httpx.Client(base_url=site.url, trust_env=False, timeout=30)
    client.post("/api/v1/staff/login", json={"email": f"{name}@emberly.example", "password": PASSWORD})
    return client
