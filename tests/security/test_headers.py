"""Every answer carries the security headers: pages, files, calls, refusals, mistakes of ours, and closed sockets."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.dialogue.scripted import ScriptedEngine
from tests.people import PATIENCE_SECONDS, Ada, StaffMember
from tests.security.conftest import SHOP
from tests.security.routes import doors
from tests.sites import Site, running

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
SHARED = {"/", "/widget.js"}


def directives(answer: httpx.Response) -> dict[str, str]:
    (policy,) = answer.headers.get_list("content-security-policy")
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


def test_every_door_answers_with_every_header(site: Site, http: httpx.Client) -> None:
    for door in sorted(doors(site.app)):
        method, path = door.split()
        if method == "WS":
            continue
        answer = http.request("GET" if method == "FILES" else method, path)
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, door
        assert "camera=()" in answer.headers["permissions-policy"], door
        shared = path in SHARED
        assert answer.headers["cross-origin-resource-policy"] == ("cross-origin" if shared else "same-origin"), door
        assert "server" not in answer.headers, door
        policy = directives(answer)
        assert policy["default-src"] == "'none'", door
        has_script = not path.startswith("/help")
        assert policy.get("script-src") == policy.get("connect-src") == ("'self'" if has_script else None), door
        framed_by = f"'self' {SHOP}" if path == "/" else "'self'" if has_script else "'none'"
        assert policy["frame-ancestors"] == framed_by, door
        assert "unsafe" not in str(policy), door
        if path.startswith("/api/"):
            assert answer.headers["cache-control"] == "no-store", door


def test_what_a_call_tells_of_people_is_kept_by_nobody(ada: Ada, staff: Callable[[str], StaffMember]) -> None:
    ada.asks("I want to talk to a person please")
    ben = staff("ben")
    for answer in (
        ada.http.get(f"/conversations/{ada.id}/messages"),
        ben.http.get("/desk/tickets"),
        ben.http.get(f"/desk/tickets/{ben.ticket_of(ada)['number']}"),
    ):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site served over HTTPS by a proxy, whose database goes away."""
    folder = tmp_path_factory.mktemp("breaking")
    with running(f"sqlite:///{folder / 'f.db'}", folder, using=ScriptedEngine(), secure_cookies=True) as site:
        yield site


def test_our_own_mistakes_carry_them_too_and_say_nothing_of_the_inside(breaking: Site) -> None:
    breaking.app.add_api_route("/api/v1/broken", _broken)
    answer = httpx.get(f"{breaking.url}/api/v1/broken", trust_env=False, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "hunter2" not in answer.text
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer.headers["cache-control"] == "no-store"


def test_browsers_are_told_to_stay_with_https_where_it_is_served_so(site: Site, breaking: Site) -> None:
    by_http, by_https = (
        httpx.get(url, trust_env=False, timeout=PATIENCE_SECONDS).headers for url in (site.url, breaking.url)
    )
    assert "strict-transport-security" not in by_http
    assert by_https["strict-transport-security"] == "max-age=31536000"


def test_a_socket_that_is_refused_is_refused_with_them(site: Site) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"{site.url.replace('http', 'ws', 1)}/api/v1/desk/ws", proxy=None),
    ):
        pass
    answer = refused.value.response
    assert answer.status_code == 401
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "server" not in {name.lower() for name in answer.headers}


def _broken() -> None:
    raise RuntimeError("the password is hunter2")
