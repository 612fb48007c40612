"""The live line: acknowledged at once, in order, resumed without a gap."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from bot import upkeep
from bot.core import clock
from tests.people import PATIENCE_SECONDS, Ada, frame
from tests.sites import Site, running


def _say(text: str, number: int) -> str:
    return json.dumps({"type": "message", "client_message_id": f"c{number}", "text": text})


def test_the_ack_comes_before_the_answer(ada: Ada) -> None:
    with ada.socket() as socket:
        socket.send(_say("hello", 1))
        kinds = []
        while "message" not in kinds:
            kinds.append(json.loads(socket.recv(timeout=PATIENCE_SECONDS))["type"])
        assert [kind for kind in kinds if kind in ("ack", "message")] == ["ack", "message"]


def test_a_socket_resumes_after_what_was_seen(ada: Ada) -> None:
    with ada.socket() as socket:
        socket.send(_say("hello", 1))
        frame(socket, "message")
    with ada.socket(after_seq=1) as socket:
        assert frame(socket, "message")["message"]["seq"] == 2


def test_twenty_messages_at_once_are_answered_in_order(ada: Ada) -> None:
    with ada.socket() as socket:
        for number in range(20):
            socket.send(_say(f"word {number}", number))
        answers = [frame(socket, "message")["message"] for _ in range(20)]
    assert [answer["text"] for answer in answers] == [f"word {number}" for number in range(20)]


def test_a_second_window_sees_what_the_first_one_sent(ada: Ada) -> None:
    with ada.socket() as one, ada.socket() as two:
        frame(two, "state")
        one.send(_say("hello", 1))
        assert frame(two, "message")["message"]["author"] == "customer"


def test_a_ping_is_answered(ada: Ada) -> None:
    with ada.socket() as socket:
        socket.send('{"type":"ping"}')
        assert frame(socket, "pong")


@pytest.mark.parametrize(
    "raw", ["not json", "[1]", '{"type":"dance"}', '{"type":"message"}', b"\xff\xfe", '{"type":"message","text":7}']
)
def test_a_frame_that_makes_no_sense_gets_an_error_and_the_line_stays_open(ada: Ada, raw: str | bytes) -> None:
    with ada.socket() as socket:
        frame(socket, "state")
        socket.send(raw)
        error = frame(socket, "error")["error"]
        assert error["code"] == "invalid"
        assert error["message"]
        socket.send(_say("still here", 1))
        assert frame(socket, "ack")["seq"] == 1


def test_a_refused_message_is_named_in_the_error(ada: Ada) -> None:
    with ada.socket() as socket:
        socket.send('{"type":"message","client_message_id":"mine","text":" "}')
        assert frame(socket, "error")["client_message_id"] == "mine"


def test_a_forged_token_opens_no_socket(ada: Ada) -> None:
    ada.token = "forged"
    with pytest.raises(InvalidStatus) as refused, ada.socket():
        pass
    assert refused.value.response.status_code == 401


def test_somebody_elses_conversation_does_not_exist(site: Site, ada: Ada) -> None:
    ada.token = Ada(site.url).token
    with pytest.raises(InvalidStatus) as refused, ada.socket():
        pass
    assert refused.value.response.status_code == 404


def test_a_long_thread_arrives_whole_and_in_order(ada: Ada) -> None:
    with ada.socket() as socket:
        for number in range(300):
            socket.send(_say(f"word {number}", number))
        for _ in range(300):
            frame(socket, "message")
    with ada.socket() as socket:
        seqs = [frame(socket, "message")["message"]["seq"] for _ in range(600)]
    assert seqs == list(range(1, 601))


@pytest.mark.parametrize("after_seq", [10**30, -5])
def test_a_number_out_of_range_is_put_in_range(ada: Ada, after_seq: int) -> None:
    ada.asks("hello")
    with ada.socket(after_seq=after_seq) as socket:
        assert frame(socket, "state")["state"] == "bot"


def test_what_is_seen_must_be_a_number(ada: Ada) -> None:
    with ada.socket() as socket:
        socket.send('{"type":"seen","seq":{"deep":["object"]}}')
        assert frame(socket, "error")["error"]["code"] == "invalid"


def test_nothing_is_taken_on_a_line_whose_token_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What closes such lines does not come to it here."""
    monkeypatch.setattr(upkeep, "SESSIONS_SECONDS", 3600)
    with running(f"sqlite:///{tmp_path / 'ended.db'}", tmp_path) as site:
        ada = Ada(site.url)
        with ada.socket() as socket, clock.travel(timedelta(days=31)):
            socket.send(_say("hello", 1))
            told = frame(socket, "error")
        assert (told["error"]["code"], told["client_message_id"]) == ("unauthenticated", "c1")
        assert ada.messages() == []
