"""A line as a state machine: the way is opening, open, closed, and no other."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from bot.core import errors
from bot.core.socket import Frame, Gone, IllegalStep, Line, Seats, Stage


class Echo(Line):
    frame_limit_bytes = 1_000

    async def take(self, frame: Frame) -> None:
        if frame.get("type") == "break":
            raise ZeroDivisionError
        await self.send(frame)

    async def pump(self) -> None:
        await asyncio.Event().wait()


class Client:
    """The far end of a WebSocket, in memory."""

    def __init__(self, *frames: str) -> None:
        self.coming: list[Any] = [{"type": "websocket.connect"}]
        self.coming += [{"type": "websocket.receive", "text": frame} for frame in frames]
        self.coming.append({"type": "websocket.disconnect", "code": 1000})
        self.got: list[Any] = []

    def socket(self) -> WebSocket:
        app = FastAPI()
        app.state.sockets = set()
        scope = {"type": "websocket", "app": app, "headers": [(b"accept-language", b"zh")], "path": "/"}
        return WebSocket(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        return self.coming.pop(0)

    async def _send(self, message: Any) -> None:
        self.got.append(message)


async def served(*frames: str) -> list[Any]:
    client = Client(*frames)
    line = Echo(client.socket())
    await line.open(subprotocol=None)
    await line.run()
    assert line.stage is Stage.CLOSED
    return [message["text"] for message in client.got if message["type"] == "websocket.send"]


def test_frames_are_taken_one_after_the_other_until_the_client_goes() -> None:
    assert asyncio.run(served('{"a":1}', '{"a":2}')) == ['{"a":1}', '{"a":2}']


def test_what_breaks_on_our_side_is_told_without_its_reason_and_the_line_goes_on() -> None:
    told = asyncio.run(served('{"type":"break","client_message_id":"m"}', '{"a":1}'))
    assert '"code":"internal"' in told[0]
    assert '"client_message_id":"m"' in told[0]
    assert "Zero" not in told[0]
    assert told[1] == '{"a":1}'


@pytest.mark.parametrize("step", ["run", "send", "close"])
def test_a_line_that_is_not_open_yet_does_nothing(step: str) -> None:
    async def tried() -> None:
        line = Echo(Client().socket())
        await (line.send({}) if step == "send" else getattr(line, step)())

    with pytest.raises(IllegalStep):
        asyncio.run(tried())


def test_a_line_opens_once() -> None:
    async def tried() -> None:
        line = Echo(Client().socket())
        await line.open(subprotocol=None)
        await line.open(subprotocol=None)

    with pytest.raises(IllegalStep):
        asyncio.run(tried())


def test_a_closed_line_stays_closed_and_sends_nothing() -> None:
    async def tried() -> list[Any]:
        client = Client()
        line = Echo(client.socket())
        await line.open(subprotocol=None)
        await line.close()
        await line.close()
        with pytest.raises(Gone):
            await line.send({})
        return [message["type"] for message in client.got]

    assert asyncio.run(tried()) == ["websocket.accept", "websocket.close"]


def test_seats_are_counted_for_each_key_and_given_back() -> None:
    seats = Seats()
    with seats.taken({"address:a": 2, "person:x": 1}), seats.taken({"address:a": 2, "person:y": 1}):
        for wanted in ({"address:a": 2, "person:z": 1}, {"address:b": 2, "person:x": 1}):
            with pytest.raises(errors.RateLimited), seats.taken(wanted):
                pass
    with seats.taken({"address:a": 1, "person:x": 1}):
        pass
