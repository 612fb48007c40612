"""A message is stored, numbered and acknowledged, once, whatever a client does."""

import secrets
from collections.abc import Iterator

import pytest

from tests.people import Ada, frame, until
from tests.sites import Site


def test_a_message_is_acknowledged_with_its_number_and_a_sentence(ada: Ada) -> None:
    receipt = ada.say("hello")
    assert receipt["seq"] == 1
    assert receipt["notice"] == "Received. Your message is being handled."
    assert receipt["received_at"].endswith("Z")


def test_the_notice_speaks_the_language_of_the_message(ada: Ada) -> None:
    assert ada.say("快递还没到")["notice"] == "已收到您的消息，正在为您处理。"


def test_a_resend_gets_the_first_receipt_and_stores_nothing(ada: Ada) -> None:
    first = ada.post("hello", client_message_id="a1")
    second = ada.post("hello", client_message_id="a1")
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json()
    assert [m["text"] for m in ada.messages() if m["author"] == "customer"] == ["hello"]


def test_resends_at_the_same_moment_are_stored_once(ada: Ada) -> None:
    with ada.socket() as one, ada.socket() as two:
        body = '{"type":"message","client_message_id":"same","text":"hello"}'
        one.send(body)
        two.send(body)
        assert frame(one, "ack")["seq"] == frame(two, "ack")["seq"]


def test_numbers_have_no_gaps(ada: Ada) -> None:
    for word in ("one", "two", "three"):
        ada.say(word)
    until(lambda: len(ada.messages()) == 6)
    assert [m["seq"] for m in ada.messages()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 422),
        ("   \n", 422),
        ("x" * 4001, 422),
        ("nul \x00 inside", 422),
        ("x" * 4000, 202),
        ("  trimmed  ", 202),
        ("<script>alert(1)</script>", 202),
        ("/restart", 202),
        ("\u202eright to left", 202),
        ("👍", 202),
    ],
)
def test_what_can_be_stored_is_taken_and_the_rest_refused_in_words(ada: Ada, text: str, status: int) -> None:
    answer = ada.post(text)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["error"]["code"] == "invalid"
        assert answer.json()["error"]["message"]


def test_half_a_surrogate_pair_is_refused(ada: Ada) -> None:
    raw = b'{"client_message_id":"a","text":"broken \\ud800"}'
    answer = ada.http.post(
        f"/conversations/{ada.id}/messages", content=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422


def test_a_text_of_4000_characters_arrives_whole(ada: Ada) -> None:
    text = "字" * 4000
    ada.say(text)
    assert ada.messages()[0]["text"] == text


def test_another_conversations_token_opens_nothing(site: Site, ada: Ada) -> None:
    other = Ada(site.url)
    answer = ada.http.get(f"/conversations/{other.id}/messages")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nonsense", "Basic abc"])
def test_without_a_valid_token_nothing_opens(ada: Ada, token: str) -> None:
    answer = ada.http.get(f"/conversations/{ada.id}/messages", headers={"Authorization": token})
    assert answer.status_code == 401


def test_a_fresh_token_opens_the_same_conversation(ada: Ada) -> None:
    ada.say("hello")
    answer = ada.http.post(f"/conversations/{ada.id}/token")
    ada.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    assert ada.messages()[0]["text"] == "hello"


def test_a_body_that_is_too_large_is_refused(ada: Ada) -> None:
    answer = ada.post("x" * 1_100_000)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_held_read_returns_as_soon_as_something_is_said(ada: Ada) -> None:
    ada.say("hello")
    until(lambda: len(ada.messages()) == 2)
    assert [m["author"] for m in ada.thread(after=1, wait=5)["messages"]] == ["bot"]


def test_an_unknown_channel_is_refused_and_the_known_ones_are_named(site: Site, ada: Ada) -> None:
    answer = ada.http.post("/conversations", json={"channel": "pigeon"})
    assert answer.status_code == 422
    assert "web" in answer.json()["error"]["message"]


def test_the_same_visitor_is_the_same_person_in_every_conversation(site: Site) -> None:
    from bot.chat.models import Conversation

    visitor = f"v-{secrets.token_hex(4)}"
    ids = [Ada(site.url, visitor=visitor, channel=channel).id for channel in ("web", "app")]
    with site.db.snapshot() as session:
        assert len({session.get_one(Conversation, one).customer_id for one in ids}) == 1


def test_a_body_without_a_length_is_cut_off_at_the_same_size(ada: Ada) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    answer = ada.http.post(
        f"/conversations/{ada.id}/messages", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_feedback_is_for_answers_that_exist(ada: Ada) -> None:
    ada.asks("hello")
    helpful = {"helpful": True}
    codes = [
        ada.http.post(f"/conversations/{ada.id}/messages/{seq}/feedback", json=helpful).status_code
        for seq in (2, 1, 99, 10**30)
    ]
    assert codes == [204, 422, 404, 422]
