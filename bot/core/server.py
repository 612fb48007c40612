"""The HTTP and WebSocket server, with the patience that a port to the world needs.

uvicorn's own protocols wait for ever for the rest of a request's head, keep a line whose client reads nothing until
the client goes, and answer its pings into memory without end.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bot.core import errors

HEAD_SECONDS = 20.0
HEAD_LIMIT_BYTES = 64_000
FRAME_LIMIT_BYTES = 1_000_000
"""Above it a line is closed with 1009; the rooms' own limits, below it, are answered with an error frame."""
CLOSE_SECONDS = 5.0
STOP_GRACE_SECONDS = 2


def configured(app: Any, **more: Any) -> uvicorn.Config:
    """How `app` is served. `more`: uvicorn's own settings, such as `host` and `port`."""
    usual = {
        "http": PatientHttp,
        "ws": PatientWebSocket,
        "log_config": None,
        "access_log": False,
        "timeout_graceful_shutdown": STOP_GRACE_SECONDS,
        "ws_max_size": FRAME_LIMIT_BYTES,
        "proxy_headers": False,
        "server_header": False,
    }
    return uvicorn.Config(app, **{**usual, **more})


class PatientHttp(HttpToolsProtocol):
    """Gives up a request whose head is too long, or takes too long to arrive."""

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > HEAD_LIMIT_BYTES:
            self._refuse(errors.TooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._head_is_there()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP at all gets the one error shape too."""
        self._refuse(errors.Invalid(), status=HTTPStatus.BAD_REQUEST)

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, errors.TooSlow())

    def _head_is_there(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, error: errors.FirebreakError, *, status: int | None = None) -> None:
        """Answer without the app, which has seen nothing of this request, and hang up."""
        self._head_is_there()
        if not self.transport.is_closing():
            self.transport.write(_bare(error, status or error.status))
            self.transport.close()


class PatientWebSocket(WebSocketsSansIOProtocol):
    """Cuts off a client that does not read, whatever it sends."""

    def data_received(self, data: bytes) -> None:
        """The head comes whole, and first. One that begins no line would leave the connection to nobody."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(_bare(errors.Invalid(), HTTPStatus.BAD_REQUEST))
            self.transport.close()

    async def send(self, message: Any) -> None:
        closing = message["type"] == "websocket.close"
        if self.handshake_complete and self.close_sent:
            raise ClientDisconnected
        if closing and not self.writable.is_set():
            self.transport.abort()
            raise ClientDisconnected
        await super().send(message)
        if closing and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        if self.read_paused:  # its answer may lie unread behind a message that we have not taken: we are the slow ones
            self.pong_timer, self.pending_ping_payload = None, None
            self.schedule_ping()
            return
        super().keepalive_timeout()
        self.transport.abort()


def _bare(error: errors.FirebreakError, code: int) -> bytes:
    body = orjson.dumps({"error": error.as_dict()})
    status = HTTPStatus(code)
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\nconnection: close\r\n\r\n".encode() + body
