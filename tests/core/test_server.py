import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from websockets.sync.client import connect

from bot.core.server import PatientWebSocket, configured
from tests.people import until

PING_SECONDS, PONG_SECONDS = 0.2, 1.0


@contextmanager
def _serving(app: Any, protocol: type[PatientWebSocket]) -> Iterator[str]:
    told = {"ws": protocol, "ws_ping_interval": PING_SECONDS, "ws_ping_timeout": PONG_SECONDS}
    server = uvicorn.Server(configured(app, port=0, lifespan="off", **told))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


def test_a_client_whose_messages_we_are_slow_to_take_is_not_given_up() -> None:
    missed = threading.Event()

    class Watched(PatientWebSocket):
        def keepalive_timeout(self) -> None:
            super().keepalive_timeout()
            missed.set()

    async def slow(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        first = await receive()
        await asyncio.to_thread(missed.wait, 30)
        for message in (first, await receive()):
            await send({"type": "websocket.send", "text": message["text"]})
        await receive()

    with _serving(slow, Watched) as address, connect(address) as socket:
        socket.send("one")
        socket.send("two")
        assert [socket.recv(timeout=30), socket.recv(timeout=30)] == ["one", "two"]
        assert missed.is_set()
