"""What the server says with a page, and the names that pages ask for."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.people import PATIENCE_SECONDS, StaffMember
from tests.sites import Site, running

PAGES = ["/", "/desk", "/alerts", "/account", "/sign-in", "/docs"]
SHOP = "https://shop.emberly.example"


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose chat a shop may show in its own pages."""
    folder = tmp_path_factory.mktemp("framed")
    with running(
        f"sqlite:///{folder / 'firebreak.db'}", folder, allowed_origins=f"{SHOP}, https://app.example"
    ) as site:
        yield site


def get(site: Site, path: str) -> httpx.Response:
    return httpx.get(site.url + path, trust_env=False, timeout=PATIENCE_SECONDS)


def ancestors(answer: httpx.Response) -> list[str]:
    """Who may frame it, of a page with exactly one policy."""
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    directives = dict(part.strip().partition(" ")[::2] for part in policies[0].split(";"))
    return directives["frame-ancestors"].split()


def test_without_a_setting_only_our_own_pages_frame_any_page(site: Site) -> None:
    assert {path: ancestors(get(site, path)) for path in PAGES} == {path: ["'self'"] for path in PAGES}


def test_an_allowed_origin_frames_the_chat_page_and_no_other(framed: Site) -> None:
    assert ancestors(get(framed, "/?widget=1&lang=zh")) == ["'self'", "https://app.example", SHOP]
    for path in [*PAGES[1:], "/widget.js", "/static/base.css", "/api/v1/staff/me", "/nothing"]:
        assert ancestors(get(framed, path)) == ["'self'"]


def test_the_policy_lets_nothing_in_but_our_own_files(site: Site) -> None:
    policy = get(site, "/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", [*PAGES, "/widget.js", "/static/base.css", "/static/chat/page.js"])
def test_a_file_is_kept_but_asked_about_each_time(site: Site, path: str) -> None:
    answer = get(site, path)
    assert answer.headers["cache-control"] == "no-cache"
    again = httpx.get(
        site.url + path, headers={"If-None-Match": answer.headers["etag"]}, trust_env=False, timeout=PATIENCE_SECONDS
    )
    assert again.status_code == (304 if path.startswith("/static") else 200)
    assert again.headers["cache-control"] == "no-cache"


def test_a_browser_that_asks_by_itself_is_given_the_icon(site: Site) -> None:
    assert get(site, "/favicon.ico").headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("name", ["ben", "dan", "eve", "cleo"])
def test_everybody_on_staff_is_given_the_names_of_the_policy(staff: Callable[[str], StaffMember], name: str) -> None:
    teams = staff(name).get("/desk/teams")
    assert {"key": "service", "names": {"en": "Service", "zh": "客服组"}} in teams["items"]
    assert {"key": "logistics", "names": {"en": "Logistics", "zh": "物流部"}} in teams["departments"]
    topics = staff(name).get("/alerts/topics")["items"]
    assert {"key": "delivery_late", "names": {"en": "Late delivery", "zh": "配送延误"}} in topics


@pytest.mark.parametrize("path", ["/desk/teams", "/alerts/topics"])
def test_names_are_for_staff(site: Site, path: str) -> None:
    assert get(site, f"/api/v1{path}").status_code == 401
