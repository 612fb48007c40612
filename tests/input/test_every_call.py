"""Whatever a call is sent, it answers in the one error shape, and the next good request works."""

import json
from typing import Any

import pytest

from tests.input.calls import ARTICLE, CALLS, Call, Scene, refused
from tests.people import StaffMember
from tests.sites import Site

BLANK = ("", " \t\n", "\u3000\u2003\xa0", "\u200b\u2060\ufeff", "\u3164", "\u202e\u200f", "\u0301")
UNSTORABLE = ("nul \x00 inside", "half \ud800 of a pair", "\udfff")
NO_TEXT = (7, True, ["hello"], {"text": "hello"})
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"hello",
    "a list": b"[]",
    "null": b"null",
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "not a number": b'{"based_on_seq": NaN}',
    "infinity": b'{"version": Infinity, "helpful": -Infinity}',
    "100,000 brackets": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "half an object": b'{"text": "hello"',
}
every_call = pytest.mark.parametrize("call", CALLS, ids=str)
with_words = pytest.mark.parametrize("call", [call for call in CALLS if call.words], ids=str)


@pytest.fixture(scope="module")
def scene(site: Site, cast: dict[str, StaffMember]) -> Scene:
    return Scene(site, cast)


def sent(scene: Scene, call: Call, **other: Any) -> Any:
    """ASCII with escapes, as a lone surrogate can travel."""
    return scene.send(call, json.dumps(scene.body(call, **other)).encode())


@with_words
def test_what_people_must_write_cannot_be_blank(scene: Scene, call: Call) -> None:
    for name in call.words:
        for blank in BLANK:
            assert name in refused(sent(scene, call, **{name: blank}))["fields"], ascii(blank)


@with_words
def test_words_are_counted_in_characters_after_trimming(scene: Scene, call: Call) -> None:
    for name, most in call.words.items():
        for text in ("x" * (most + 1), "字" * (most + 1), "👍🏽" * (most // 2) + "👍"):
            assert name in refused(sent(scene, call, **{name: text}))["fields"]


@every_call
def test_what_no_database_can_hold_is_refused(scene: Scene, call: Call) -> None:
    for name in (*call.words, *call.keys):
        for text in UNSTORABLE:
            refused(sent(scene, call, **{name: text}))


@every_call
def test_what_is_no_text_is_refused(scene: Scene, call: Call) -> None:
    for name in (*call.words, *call.keys):
        for value in NO_TEXT:
            assert name in refused(sent(scene, call, **{name: value}))["fields"]


@every_call
def test_a_body_that_cannot_be_read_is_refused(scene: Scene, call: Call) -> None:
    for what, raw in UNREADABLE.items():
        assert refused(scene.send(call, raw))["fields"], what


@every_call
def test_another_content_type_is_refused(scene: Scene, call: Call) -> None:
    good = json.dumps(scene.body(call)).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"):
        assert refused(scene.send(call, good, **{"Content-Type": kind}))["fields"] == {"body": "not application/json"}


@every_call
def test_a_body_above_a_million_bytes_is_refused(scene: Scene, call: Call) -> None:
    raw = json.dumps(scene.body(call, padding="x" * 1_000_000)).encode()
    refused(scene.send(call, raw), status=413, code="too_large")


@every_call
def test_unknown_fields_are_ignored_and_the_last_of_two_equal_keys_holds(scene: Scene, call: Call) -> None:
    """The very same call as above, after all that was refused: it works."""
    body = scene.body(call)
    first = json.dumps(dict.fromkeys(body))[:-1]
    rest = json.dumps({**body, "nobody_knows": {"this": [1, 2, 3]}})[1:]
    answer = scene.send(call, f"{first}, {rest}".encode())
    assert answer.status_code < 300 or answer.status_code == 409, answer.text


@every_call
def test_errors_speak_the_language_that_was_asked_for(scene: Scene, call: Call) -> None:
    raw = b'{"a": '
    assert (
        refused(scene.send(call, raw, **{"Accept-Language": "zh-CN, en;q=0.5"}))["message"] == "body：不是有效的 JSON。"
    )
    assert (
        refused(scene.send(call, raw, **{"Accept-Language": "fr, en;q=0.5"}))["message"] == "body: JSON decode error."
    )


def test_no_number_is_too_large_to_be_refused(scene: Scene) -> None:
    huge = 10**40
    ben, cleo, ada = scene.cast["ben"].http, scene.cast["cleo"].http, scene.ada
    article = scene.cast["cleo"].post("/knowledge/articles", ARTICLE, status=201)["id"]
    for number in (huge, 2**63, 2**31, -1, 1.5, "nine"):
        reply = {"text": "hello", "based_on_seq": number, "client_message_id": "n"}
        refused(ben.post(f"/desk/tickets/{scene.ticket}/reply", json=reply))
        refused(ben.get(f"/desk/tickets/{number}"))
        refused(ben.get("/desk/tickets", params={"limit": number}))
        refused(cleo.post(f"/knowledge/articles/{article}/restore", json={"version": number}))
        refused(cleo.put(f"/knowledge/articles/{article}", json={**ARTICLE, "version": number}))
        refused(ada.http.get(f"/conversations/{ada.id}/messages", params={"after_seq": number}))
        refused(ada.http.post(f"/conversations/{ada.id}/messages/{number}/feedback", json={"helpful": True}))


def test_a_wait_is_a_number_and_never_longer_than_25_seconds(scene: Scene) -> None:
    path = f"/conversations/{scene.ada.id}/messages"
    for wait in ("nan", "inf", "-1", "long", ""):
        refused(scene.ada.http.get(path, params={"wait": wait}))
    assert scene.ada.http.get(path, params={"wait": "1e9"}).json()["messages"]


def test_cursors_and_filters_that_are_none_of_ours_are_refused_or_find_nothing(scene: Scene) -> None:
    ben, cleo, dan, admin = (scene.cast[name].http for name in ("ben", "cleo", "dan", "admin"))
    for rubbish in ("%00", "\u0000", "AAAA", "ÿ", "W10", "bnVsbA", "x" * 401, "字", "' or 1=1 --"):
        for client, path in ((ben, "/desk/tickets"), (dan, "/alerts"), (admin, "/staff/events")):
            assert client.get(path, params={"cursor": rubbish}).status_code in (200, 422)
        for name in ("q", "language", "status", "after"):
            assert cleo.get("/knowledge/articles", params={name: rubbish}).status_code in (200, 422)
        for name in ("q", "team", "status"):
            assert ben.get("/desk/tickets", params={name: rubbish}).status_code in (200, 422)
    refused(ben.get("/desk/tickets", params={"cursor": "W10"}))


def test_odd_ids_in_a_path_are_nothing_of_ours(scene: Scene) -> None:
    ben, cleo, dan, ada = (scene.cast["ben"].http, scene.cast["cleo"].http, scene.cast["dan"].http, scene.ada.http)
    for odd in ("%00", "..%2f..%2fetc", "%ff%fe", "x" * 5_000, "%F0%9F%91%8D", "a%0d%0aX-Evil:%201", "{id}", "*"):
        for client, path in (
            (ada, f"/conversations/{odd}/messages"),
            (ben, f"/desk/tickets/{odd}"),
            (cleo, f"/knowledge/articles/{odd}"),
            (dan, f"/alerts/{odd}"),
        ):
            answer = client.get(path)
            assert answer.status_code in (404, 422), (path, answer.status_code)
            refused(answer, status=answer.status_code, code="not_found" if answer.status_code == 404 else "invalid")
            assert "x-evil" not in answer.headers


def test_an_unknown_path_and_a_method_that_is_not_taken_are_told_in_our_shape(scene: Scene) -> None:
    http = scene.nobody
    for path in ("/nothing", "/desk/nothing", "/conversations/x/y/z", "/../../nothing"):
        refused(http.get(path), status=404, code="not_found")
    for method in ("DELETE", "PATCH", "PUT", "OPTIONS", "TRACE"):
        answer = http.request(method, f"/conversations/{scene.ada.id}/messages")
        refused(answer, status=405, code="method_not_allowed")
        assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST"}
    assert http.head(f"/conversations/{scene.ada.id}/messages").status_code == 405
