"""A customer's door under odd hands: what is only odd is kept as it is, and a strange token opens nothing."""

import base64
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
from websockets.sync.connection import Connection

from bot.dialogue.rasa import as_text
from bot.dialogue.scripted import ScriptedEngine
from tests.input.calls import refused
from tests.input.conftest import GatedEngine
from tests.people import Ada, frame, until
from tests.sites import Site, running

KEPT = {
    "an override": "\u202egnirts\u202c back",
    "marks": "\u200fשלום\u200e (42)",
    "isolates": "\u2066a\u2069 \u2067b",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "an entity": "&lt;b&gt; &#x202e;",
    "a command": "/restart",
    "an intent": '/greet{"name": "x"}',
    "a full-width slash": "／restart",
    "base64": base64.b64encode(bytes(range(256)) * 11).decode(),
    "SQL": "'); DROP TABLE messages; --",
    "a format": "%s %d {0} ${jndi:ldap://x} {{7*7}}",
    "a family": "👨\u200d👩\u200d👧\u200d👦",
    "stacked marks": "Z" + "\u0301\u0335" * 500,
    "an unassigned character": "\U0001fae8\U0001f9ff",
    "control characters": "a\x07b\x1b[31mc",
    "line ends": "one\r\ntwo\u2028three\u2029four",
    "a word of 4,000": "x" * 4000,
    "4,000 wide ones": "字" * 4000,
    "4,000 beyond the basic plane": "😀" * 4000,
}
TRIMMED = {"\ufeff/restart": "/restart", " \u3000\u200b/restart\u2060 ": "/restart", "\n\nhello\n": "hello"}


@pytest.fixture
def ada(site: Site) -> Ada:
    return Ada(site.url)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_is_only_odd_is_kept_as_it_is_by_rest_and_by_socket(ada: Ada, text: str) -> None:
    ada.say(text)
    with ada.socket() as socket:
        socket.send(json.dumps({"type": "message", "client_message_id": "by socket", "text": text}))
        frame(socket, "ack")
    assert [message["text"] for message in ada.messages() if message["author"] == "customer"] == [text, text]


@pytest.mark.parametrize("text", TRIMMED, ids=ascii)
def test_blanks_and_what_has_no_width_are_trimmed(ada: Ada, text: str) -> None:
    ada.say(text)
    assert ada.messages()[0]["text"] == TRIMMED[text]


@pytest.mark.parametrize("text", ["/restart", "  /restart", "\u3000/restart", "/"])
def test_no_text_is_a_command_to_rasa(text: str) -> None:
    assert not as_text(text).lstrip().startswith("/")


@pytest.mark.parametrize("odd", ["", "x" * 129, "x" * 10_000, None, 7, [], {"$ne": ""}, "nul\x00", "\ud800"], ids=ascii)
def test_an_id_that_cannot_be_kept_is_refused_by_rest_and_by_socket(ada: Ada, odd: Any) -> None:
    raw = json.dumps({"type": "message", "client_message_id": odd, "text": "hello"})
    headers = {"Content-Type": "application/json"}
    refused(ada.http.post(f"/conversations/{ada.id}/messages", content=raw.encode(), headers=headers))
    with ada.socket() as socket:
        socket.send(raw)
        assert frame(socket, "error")["error"]["code"] == "invalid"
    assert ada.messages() == []


@pytest.mark.parametrize("odd", ["👍🏽", " ", "\u202e", "../..", "x" * 128, "<b>", "字"], ids=ascii)
def test_any_other_id_is_kept_and_given_back(ada: Ada, odd: str) -> None:
    assert ada.say("hello", client_message_id=odd)["client_message_id"] == odd
    assert ada.post("hello", client_message_id=odd).status_code == 200


def test_an_id_with_another_text_keeps_the_first_one(ada: Ada) -> None:
    first = ada.say("the first", client_message_id="same")
    again = ada.post("the second", client_message_id="same")
    assert (again.status_code, again.json()) == (200, first)
    assert [m["text"] for m in ada.messages() if m["author"] == "customer"] == ["the first"]


def forged(claims: dict[str, Any], key: str = "x" * 64, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm, headers=header or None)


def strangers(ada: Ada, site: Site) -> dict[str, tuple[str, int]]:
    """Tokens that do not open `ada`, and the status that says so."""
    soon, header, payload, signature = time.time() + 900, *ada.token.split(".")
    mine = {"sub": ada.id, "exp": soon}
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return {
        "no token": ("nonsense", 401),
        "no algorithm": (f"{none}.{payload}.", 401),
        "unsigned": (forged(mine, "", "none"), 401),
        "another secret": (forged(mine), 401),
        "a known secret": (forged(mine, "secret" * 8), 401),
        "another algorithm": (forged(mine, algorithm="HS512"), 401),
        "expired": (forged({**mine, "exp": soon - 3600}), 401),
        "without an end": (forged({"sub": ada.id}), 401),
        "another's": (Ada(site.url).token, 404),
        "cut off": (f"{header}.{payload}", 401),
        "changed": (f"{header}.{payload[:-2]}AA.{signature}", 401),
        "long": ("a." * 5_000, 401),
        "staff's": ("x" * 43, 401),
        "a key of its own": (forged(mine, kid="../../dev/null"), 401),
    }


def test_a_token_that_is_not_of_this_conversation_opens_nothing(ada: Ada, site: Site) -> None:
    ada.say("hello")
    for what, (token, status) in strangers(ada, site).items():
        headers = {"Authorization": f"Bearer {token}"}
        code = "not_found" if status == 404 else "unauthenticated"
        for method, path in (("GET", "messages"), ("POST", "messages"), ("POST", "token"), ("GET", "ticket")):
            answer = ada.http.request(
                method,
                f"/conversations/{ada.id}/{path}",
                headers=headers,
                json={"client_message_id": "x", "text": "hello"} if method == "POST" else None,
            )
            assert refused(answer, status=status, code=code), what
    assert len([m for m in ada.messages() if m["author"] == "customer"]) == 1


def test_4000_chinese_characters_delay_nobody(site: Site, package_engine: GatedEngine) -> None:
    """While the long one is being answered, another is acknowledged and answered."""
    text = "门锁离线" * 1000
    package_engine.hold(text)
    try:
        long, other = Ada(site.url, language="zh"), Ada(site.url)
        long.say(text)
        until(lambda: text in package_engine.begun)
        assert other.asks("hello")
        assert [said for said in long.ours() if said.get("in_reply_to")] == []
    finally:
        package_engine.let_go(text)
    assert long.hears(lambda message: True)


def test_of_200_messages_at_once_those_that_were_acknowledged_are_kept(tmp_path: Path) -> None:
    """From many threads, then by socket: each is taken, or refused with a time and the line stays open."""
    limits: dict[str, Any] = {"messages_per_10_seconds": 10, "messages_per_minute": 10}
    with running(f"sqlite:///{tmp_path / 'rush.db'}", tmp_path, using=ScriptedEngine(), **limits) as site:
        ada = Ada(site.url)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: ada.post(f"word {number}"), range(100)))
        with ada.socket(after_seq=1_000_000) as socket:
            for number in range(100):
                socket.send(json.dumps({"type": "message", "client_message_id": f"s{number}", "text": "word"}))
            told = [told for told in frames(socket, 101) if told["type"] != "state"]
        stored = [message["seq"] for message in ada.messages() if message["author"] == "customer"]
    assert {answer.status_code for answer in answers} == {202, 429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 429)
    assert [one["client_message_id"] for one in told] == [f"s{number}" for number in range(100)]
    late = [one for one in told if one["type"] == "error"]
    assert all(one["error"]["code"] == "rate_limited" and one["retry_after"] >= 1 for one in late)
    taken = [answer.json() for answer in answers if answer.status_code == 202] + [o for o in told if o["type"] == "ack"]
    assert sorted(one["seq"] for one in taken) == stored


def frames(socket: Connection, count: int) -> list[dict[str, Any]]:
    return [json.loads(socket.recv(timeout=60)) for _ in range(count)]


def test_somebody_elses_message_cannot_be_judged(ada: Ada, site: Site) -> None:
    other = Ada(site.url)
    other.asks("hello")
    path = f"/conversations/{other.id}/messages/2/feedback"
    refused(ada.http.post(path, json={"helpful": False}), status=404, code="not_found")


def test_a_name_and_an_address_are_kept_as_text(site: Site) -> None:
    hostile = {"name": "\u202e<b>evil</b>", "email": "not an address\r\nBcc: x", "phone": "'; --"}
    body = {"channel": "web", "visitor_id": secrets.token_hex(4), "customer": hostile}
    assert Ada(site.url).http.post("/conversations", json=body).status_code == 201
