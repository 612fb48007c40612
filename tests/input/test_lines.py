"""Sockets under odd hands: an odd frame is answered, an odd client costs nobody else anything."""

import json
from contextlib import AbstractContextManager, ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bot.core import http, server
from bot.core import socket as lines
from tests.input import wires
from tests.people import Ada, StaffMember, frame, until
from tests.sites import PASSWORD, Site

DEEP = b'{"type":' + b"[" * 60_000
NOT_UNDERSTOOD: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "hello",
    "half": '{"type":"message"',
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "not a number": '{"type":"seen","seq":NaN}',
    "infinity": '{"type":"seen","seq":1e999}',
    "a flag for a number": '{"type":"seen","seq":true}',
    "a fraction": '{"type":"seen","seq":1.5}',
    "a huge number": '{"type":"seen","seq":99999999999999999999}',
    "a negative number": '{"type":"seen","seq":-1}',
    "no type": "{}",
    "an unknown type": '{"type":"dance"}',
    "a type that is a list": '{"type":["ping"]}',
    "a type that is an object": '{"type":{"ping":1}}',
    "an inherited type": '{"type":"__class__"}',
    "60,000 brackets": DEEP.decode(),
    "bytes that are no text": b"\xff\xfe\x00",
    "half a pair": '{"type":"message","client_message_id":"a","text":"\\ud800"}',
    "a NUL": '{"type":"message","client_message_id":"a","text":"a\\u0000b"}',
    "a byte order mark": '\ufeff{"type":"ping"}',
}
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
"""No line knows which database it is."""
each = pytest.mark.parametrize("raw", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD.keys())


@pytest.fixture
def ada(site: Site) -> Ada:
    return Ada(site.url)


def hers(ada: Ada) -> AbstractContextManager[wires.Wire]:
    return wires.opened(ada.url, f"/conversations/{ada.id}/ws", ada.token)


def staff_socket(site: Site, who: StaffMember) -> ClientConnection:
    url = f"{site.url.replace('http', 'ws')}/api/v1/desk/ws"
    return connect(url, subprotocols=[Subprotocol(f"bearer.{who.token}")], proxy=None)


@each
def test_an_odd_frame_is_answered_and_the_next_message_acknowledged(ada: Ada, raw: str | bytes) -> None:
    with ada.socket() as socket:
        socket.send(raw)
        error = frame(socket, "error")["error"]
        assert (error["code"], bool(error["message"])) == ("invalid", True)
        socket.send('{"type":"message","client_message_id":"next","text":"hello"}')
        assert frame(socket, "ack")["seq"] == 1


@each
def test_an_odd_frame_is_answered_at_the_desk_too(site: Site, cast: dict[str, StaffMember], raw: str | bytes) -> None:
    with staff_socket(site, cast["ben"]) as socket:
        size = len(raw.encode() if isinstance(raw, str) else raw)
        socket.send(raw)
        assert frame(socket, "error")["error"]["code"] == ("too_large" if size > 4_000 else "invalid")
        socket.send('{"type":"ping"}')
        assert frame(socket, "pong")


@pytest.mark.parametrize("size", [64_001, 300_000])
def test_a_frame_that_is_too_large_is_refused_and_the_line_stays_open(ada: Ada, size: int) -> None:
    with ada.socket() as socket:
        socket.send(json.dumps({"type": "message", "client_message_id": "big", "text": "x" * size}))
        assert frame(socket, "error")["error"]["code"] == "too_large"
        socket.send('{"type":"ping"}')
        assert frame(socket, "pong")


def test_a_frame_of_a_megabyte_closes_the_line_and_another_opens(ada: Ada) -> None:
    with ada.socket() as socket:
        frame(socket, "state")
        with suppress(ConnectionClosed):
            socket.send("x" * 1_000_001)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=60)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    assert ada.asks("hello")


def test_json_in_a_binary_frame_is_taken_as_json(ada: Ada) -> None:
    with ada.socket() as socket:
        socket.send(b'{"type":"message","client_message_id":"b","text":"hello"}')
        assert frame(socket, "ack")["seq"] == 1


def test_text_that_is_no_utf8_closes_the_line_and_another_opens(ada: Ada, site: Site) -> None:
    with hers(ada) as wire:
        wire.sendall(wires.frame(b"\xff\xfe"))
        wires.rest(wire)
    assert ada.asks("hello")


def test_an_error_speaks_the_language_that_was_asked_for(ada: Ada) -> None:
    url = f"{ada.url.replace('http', 'ws')}/api/v1/conversations/{ada.id}/ws"
    protocols = [Subprotocol(f"bearer.{ada.token}")]
    with connect(url, subprotocols=protocols, additional_headers={"Accept-Language": "zh"}, proxy=None) as socket:
        socket.send('{"type":"message","client_message_id":"a","text":" "}')
        assert frame(socket, "error")["error"]["message"] == "消息不能为空。"


def test_a_number_to_begin_after_that_is_none_is_refused_before_the_line_opens(ada: Ada) -> None:
    with pytest.raises(InvalidStatus) as refused, ada.socket(after_seq="soon"):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 422
    assert json.loads(refused.value.response.body)["error"]["fields"] == {"after_seq": "not a number"}


def test_a_socket_at_a_path_that_is_none_is_refused_in_our_shape(site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{site.url.replace('http', 'ws')}/api/v1/nothing", proxy=None)
    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body)["error"]["code"] == "not_found"


def test_the_21st_socket_of_a_conversation_is_refused_until_one_closes(site: Site, ada: Ada) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(ada.socket()) for _ in range(20)]
        with pytest.raises(InvalidStatus) as refused:
            ada.socket()
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "30"
        Ada(site.url).socket().close()
        sockets[0].close()
        until(lambda: opens(ada))


def opens(ada: Ada) -> bool:
    try:
        ada.socket().close()
    except InvalidStatus:
        return False
    return True


def test_a_client_that_reads_nothing_or_a_byte_is_cut_off(
    site: Site, ada: Ada, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ada)
    monkeypatch.setattr(lines, "SEND_TIMEOUT_SECONDS", 0.2)
    for read in (0, 1):
        with hers(ada) as wire:
            wire.recv(read)
            until(lambda: not site.app.state.sockets)
            until(lambda: not open_lines(site))
    assert len(ada.messages()) == 500


def fill(ada: Ada) -> None:
    """More than what the kernel buffers between two ends, echoed: 600 messages of 16,000 bytes."""
    text = json.dumps("😀" * 4000, ensure_ascii=False)
    with ada.socket(after_seq=1_000_000) as socket:
        for number in range(300):
            socket.send(f'{{"type":"message","client_message_id":"{number}","text":{text}}}')
        for _ in range(300):
            frame(socket, "ack")
    until(lambda: ada.thread(after=599)["messages"])


def open_lines(site: Site) -> list[server.PatientWebSocket]:
    return [one for one in site.server.server_state.connections if isinstance(one, server.PatientWebSocket)]


def test_pings_of_a_client_that_reads_nothing_do_not_pile_up(site: Site, ada: Ada) -> None:
    with hers(ada) as wire:
        wire.settimeout(1)
        until(lambda: len(open_lines(site)) == 1)
        (line,) = open_lines(site)
        flood = wires.frame(b"x" * 125, wires.PING) * 500
        with suppress(TimeoutError):
            for _ in range(100):
                wire.sendall(flood)
        assert line.transport.get_write_buffer_size() < 1_000_000
    until(lambda: not open_lines(site))


@pytest.mark.parametrize(
    "sent", [b"", b"\x81", wires.frame(b"x" * 1000)[:500]], ids=["nothing", "a byte", "half a frame"]
)
def test_a_client_that_does_not_answer_a_ping_is_cut_off(
    site: Site, ada: Ada, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.server.config, "ws_ping_interval", 0.1)
    monkeypatch.setattr(site.server.config, "ws_ping_timeout", 0.1)
    with hers(ada) as wire:
        with suppress(ConnectionError):
            wire.sendall(sent)
        wires.rest(wire)
        until(lambda: not site.app.state.sockets)
        until(lambda: not open_lines(site))


def test_a_client_that_never_answers_our_close_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CLOSE_SECONDS", 0.1)
    bea = StaffMember(site.url, "bea@emberly.example", PASSWORD)
    with wires.opened(site.url, "/desk/ws", bea.token) as wire:
        bea.post("/staff/logout", status=204)
        wire.sendall(wires.frame(b'{"type":"ping"}'))
        assert wires.rest(wire).endswith((4401).to_bytes(2, "big"))
        until(lambda: not open_lines(site))


@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\nX-Slow: ", b"POST /api/v1/staff/login HTTP/1.1\r\n"])
def test_a_head_that_does_not_arrive_is_given_up(site: Site, head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.5)
    with wires.connected(site.url) as wire:
        wire.sendall(head)
        told = wires.rest(wire)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in told


def test_a_body_that_does_not_arrive_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.2)
    with wires.connected(site.url) as wire:
        wire.sendall(b"POST /api/v1/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        wire.sendall(b"Content-Length: 100\r\n\r\n{")
        told = wires.head(wire)
    assert told.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000, 413),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, 413),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ],
    ids=["a long line", "many lines", "TLS", "no HTTP", "a negative length", "two lengths"],
)
def test_what_is_no_head_of_a_request_is_refused_in_our_shape(site: Site, raw: bytes, status: int) -> None:
    with wires.connected(site.url) as wire:
        with suppress(ConnectionError):
            wire.sendall(raw)
        told = wires.rest(wire)
    assert told.startswith(f"HTTP/1.1 {status} ".encode()) or (status == 413 and not told)


def test_an_upgrade_with_a_head_that_a_socket_cannot_have_is_refused(ada: Ada) -> None:
    with wires.connected(ada.url) as wire:
        wire.sendall(wires.upgrade(f"/conversations/{ada.id}/ws", ada.token, headers="X: y\r\n" * 300))
        assert wires.rest(wire).startswith(b"HTTP/1.1 400 ")
    assert ada.asks("hello")
