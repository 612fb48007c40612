"""Links are followed to their end, and never to one of this house's own machines, whatever name or way leads there.

The site's operator has said that its loopback may be called; without that word nothing of it is reached.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from bot.knowledge import links
from tests.knowledge.editing import pictures
from tests.people import PATIENCE_SECONDS, StaffMember, until

ENDS = {
    "/ok": 200,
    "/empty": 204,
    "/gone": 410,
    "/nothing": 404,
    "/broken": 500,
    "/members": 403,
    "/here": 302,
}
LEADS = {
    "/here": "/ok#part",
    "/round": "/and-round",
    "/and-round": "/round",
    "/itself": "/itself",
    "/metadata": "http://169.254.169.254/latest/meta-data/",
    "/private": "http://10.0.0.1/",
    "/file": "file:///etc/passwd",
    "/login": "http://user:password@example.com/",
}


class Far(BaseHTTPRequestHandler):
    """The far end: some ways lead on, some end; it remembers who came."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        on = f"/far/{len(self.path)}{self.path}"[:200] if self.path.startswith("/far") else LEADS.get(self.path)
        self.send_response(302 if on else ENDS.get(self.path, 200))
        if on:
            self.send_header("Location", on)
        self.end_headers()
        if self.path == "/endless":
            self._say_on()

    def _say_on(self) -> None:
        try:
            for _ in range(1_000):
                self.wfile.write(b"x" * 65_536)
        except OSError:
            self.asked.append("hung up")

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def far_end() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Far,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to call a link slow."""
    monkeypatch.setattr(links, "LINK_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(links, "ALL_SECONDS", 2 * PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def far() -> Iterator[tuple[str, list[str]]]:
    with far_end() as found:
        yield found


def checked(cleo: StaffMember, *urls: str) -> dict[str, tuple[str, str | None]]:
    found = cleo.post("/knowledge/links/check", {"urls": list(urls)})["links"]
    return {link["url"]: (link["state"], link.get("reason")) for link in found}


def test_each_end_is_told(cleo: StaffMember, far: tuple[str, list[str]]) -> None:
    here, _ = far
    wanted = {
        "/ok": ("ok", None),
        "/empty": ("ok", None),
        "/here": ("ok", None),
        "/endless": ("ok", None),
        "/gone": ("broken", "not_found"),
        "/nothing": ("broken", "not_found"),
        "/broken": ("broken", "failed"),
        "/members": ("unchecked", "not_for_us"),
        "/round": ("broken", "circle"),
        "/itself": ("broken", "circle"),
        "/far": ("broken", "too_many"),
        "/metadata": ("refused", "private"),
        "/private": ("refused", "private"),
        "/file": ("refused", "scheme"),
        "/login": ("refused", "address"),
    }
    found = checked(cleo, *(here + path for path in wanted))
    assert found == {here + path: verdict for path, verdict in wanted.items()}


def test_an_answer_is_not_read_to_its_end() -> None:
    with far_end() as (here, asked):
        found = asyncio.run(links.check([f"{here}/endless"], allowed=[ip_network("127.0.0.0/8")]))
        assert found[f"{here}/endless"].state == "ok"
        until(lambda: asked == ["/endless", "hung up"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "０１２７.0.0.1",
    ],
)
def test_without_the_operators_word_nothing_of_the_house_is_reached(host: str) -> None:
    with far_end() as (here, asked):
        url = f"http://{host}:{here.rpartition(':')[2]}/ok"
        verdict = asyncio.run(links.check([url]))[url]
        assert verdict.state != "ok"
        assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_addresses_that_are_not_on_the_open_internet_are_refused(address: str) -> None:
    assert links.why_not(address, 443) == "private"


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "223.5.5.5", "2606:4700::1111", "240e::1"])
def test_addresses_of_the_open_internet_are_called_on_the_webs_ports_alone(address: str) -> None:
    assert [links.why_not(address, port) for port in (80, 443, 8080, 8443)] == [None] * 4
    assert [links.why_not(address, port) for port in (22, 25, 6379, 9200)] == ["port"] * 4


def test_what_ends_here_is_answered_without_calling_anybody(cleo: StaffMember) -> None:
    picture = cleo.http.post("/knowledge/images", files={"file": ("x.png", pictures.png(), "image/png")}).json()["url"]
    missing = f"/images/{'0' * 32}.png"
    found = checked(cleo, picture, missing, "/help/en", "mailto:cleo@emberly.example", "tel:+49301234", "ftp://x.y/z")
    assert list(found.values()) == [
        ("ok", None),
        ("broken", "no_picture"),
        ("ok", None),
        ("ok", None),
        ("ok", None),
        ("refused", "scheme"),
    ]


def test_a_preview_shows_the_answer_and_its_links_and_calls_none_of_them(
    cleo: StaffMember, far: tuple[str, list[str]]
) -> None:
    here, asked = far
    before = len(asked)
    found = cleo.post("/knowledge/preview", {"answer": f"**See** [this]({here}/ok) ![gone](/images/{'0' * 32}.png)"})
    assert found["text"] == f"See this ({here}/ok) gone"
    assert [(link["state"], link["reason"]) for link in found["links"]] == [
        ("unchecked", "unlooked"),
        ("broken", "no_picture"),
    ]
    assert found["rich"][0]["children"][0] == {"tag": "strong", "children": ["See"]}
    assert len(asked) == before


def test_the_reason_is_told_in_the_readers_language(cleo: StaffMember) -> None:
    body = {"urls": ["http://10.0.0.1/"]}
    answer = cleo.http.post("/knowledge/links/check", json=body, headers={"Accept-Language": "zh"})
    assert answer.json()["links"][0]["why"] == "链接指向的地址不在公共互联网上。"
    assert cleo.http.post("/knowledge/links/check", json={"urls": ["x"] * 101}).status_code == 422
