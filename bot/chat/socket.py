"""The customer's WebSocket: frames in are stored and acknowledged, events out keep the thread's order.

States: opening → open → closed. A frame that is not understood gets an error frame and changes nothing.
"""

import asyncio
import logging
from typing import Any

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from bot.chat import access, api, texts
from bot.chat.intake import Incoming
from bot.chat.schemas import MessagesOut
from bot.core import errors, http, live, refusals
from bot.core.limits import Window
from bot.core.tables import new_id

FRAME_LIMIT_BYTES = 64_000
SEND_TIMEOUT_SECONDS = 10
router = APIRouter()
log = logging.getLogger(__name__)


@router.websocket("/conversations/{conversation_id}/ws")
async def converse(socket: WebSocket, conversation_id: str, after_seq: int = 0) -> None:
    """One customer's live line. Refused before it opens with the same answers as REST."""
    try:
        token = http.socket_token(socket)
        await http.check_address(socket)
        if not http.same_origin(socket):
            raise errors.Forbidden("This page's origin may not open a conversation here.")
        access.check_token(socket.app.state.token_key, conversation_id, token)
        with live.listening(socket.app.state.hub, live.conversation_channel(conversation_id)) as events:
            line = Line(socket, conversation_id, min(max(after_seq, 0), api.LAST_SEQ), events)
            standing = await line.standing()
            await socket.accept(subprotocol=f"bearer.{token}")
            await line.run(standing)
    except errors.FirebreakError as error:
        await socket.send_denial_response(refusals.response(error, refusals.language_of(socket)))


class Line:
    """An open socket. `_last` is the highest number up to which everything was sent or came from here."""

    def __init__(self, socket: WebSocket, conversation_id: str, after_seq: int, events: live.Subscription) -> None:
        self._socket = socket
        self._state = socket.app.state
        self._id = conversation_id
        self._last = after_seq
        self._own: set[int] = set()
        self._origin = new_id()
        self._sending = asyncio.Lock()
        self._events = events

    async def standing(self) -> dict[str, Any]:
        """The frame that says who speaks and what was promised. Raises NotFound."""
        found = await self._read()
        return {"type": "state", "state": found.state, "ticket": found.ticket}

    async def run(self, standing: dict[str, Any]) -> None:
        self._state.sockets.add(self)
        pump = asyncio.create_task(self._pump(standing))
        try:
            await self._listen()
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            pass
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
            self._state.sockets.discard(self)

    async def close(self, code: int = 1001) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            await self._socket.close(code)

    async def _listen(self) -> None:
        while True:
            event = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            raw = event.get("text") or event.get("bytes") or b""
            try:
                await self._take(raw)
            except errors.FirebreakError as error:
                await self._send(self._error(error, raw))

    async def _take(self, raw: str | bytes) -> None:
        frame = _parse(raw)
        match frame.get("type"):
            case "message":
                await self._message(frame)
            case "ping":
                await self._send({"type": "pong"})
            case "typing":
                await self._hint({"type": "typing", "author": "customer"})
            case "seen":
                seq = frame.get("seq")
                if not isinstance(seq, int) or not 0 <= seq <= api.LAST_SEQ:
                    raise errors.Invalid("`seq` is the number of a message.", fields={"seq": "not a number"})
                await self._hint({"type": "seen", "seq": seq})
            case _:
                raise errors.Invalid("Frame types are message, typing, seen and ping.", fields={"type": "unknown"})

    async def _hint(self, event: dict[str, Any]) -> None:
        """Tell the desk something that may be missed; more than one a second of a kind is."""
        try:
            await self._state.limits.check(Window(f"{event['type']}:{self._id}", 1, 1))
        except errors.RateLimited:
            return
        self._state.hub.send(live.DESK, {**event, "conversation_id": self._id})

    async def _message(self, frame: dict[str, Any]) -> None:
        choice = frame.get("choice")
        incoming = Incoming(
            self._id,
            texts.check_client_id(frame.get("client_message_id")),
            texts.check_message(frame.get("text")),
            texts.check_client_id(choice) if choice is not None else None,
            self._origin,
        )
        await api.check_rate(self._state.limits, self._state.settings, self._id)
        receipt = await self._state.intake.accept(incoming)
        self._own.add(receipt.seq)
        await self._send({"type": "ack", **receipt.as_wire()})

    async def _pump(self, standing: dict[str, Any]) -> None:
        """Send what was missed, then what happens. Whatever breaks ends the line: a deaf one is worse than none."""
        try:
            await self._fill_gap()
            await self._send(standing)
            while True:
                await self._pass_on(await self._events.get())
                if self._events.behind:
                    self._events.behind = False
                    await self._fill_gap()
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            await self._abandon()
        except Exception:
            log.exception("a line broke")
            await self._abandon()

    async def _pass_on(self, event: dict[str, Any]) -> None:
        """Send an event; a message only in the thread's order, reading the rows where an event is missing."""
        if event["type"] == "resync":
            return
        if event["type"] != "message":
            await self._send({key: value for key, value in event.items() if key != "origin"})
            return
        seq = event["message"]["seq"]
        if event.get("origin") == self._origin:
            self._own.add(seq)
        self._skip_own()
        if seq > self._last + 1:
            await self._fill_gap()
        elif seq == self._last + 1:
            self._last = seq
            await self._send({"type": "message", "message": event["message"]})

    async def _fill_gap(self) -> None:
        """Send every row after the last number, page by page."""
        while messages := (await self._read()).messages:
            for message in messages:
                own = message["seq"] in self._own
                self._last = max(self._last, message["seq"])
                if not own:
                    await self._send({"type": "message", "message": message})
            self._own = {seq for seq in self._own if seq > self._last}

    async def _read(self) -> MessagesOut:
        return await asyncio.to_thread(api.read_thread, self._state.db, self._state.ticket_view, self._id, self._last)

    def _skip_own(self) -> None:
        while self._last + 1 in self._own:
            self._last += 1
            self._own.discard(self._last)

    async def _send(self, frame: dict[str, Any]) -> None:
        async with self._sending:
            text = orjson.dumps(frame).decode()
            await asyncio.wait_for(self._socket.send_text(text), SEND_TIMEOUT_SECONDS)

    async def _abandon(self) -> None:
        """Give up on a client that does not read; it comes back with after_seq."""
        try:
            await self.close(1013)
        except (RuntimeError, WebSocketDisconnect):
            log.info("a socket was gone before it could be closed")

    def _error(self, error: errors.FirebreakError, raw: str | bytes) -> dict[str, Any]:
        body: dict[str, Any] = {"type": "error", "error": error.as_dict()}
        if error.retry_after is not None:
            body["retry_after"] = round(error.retry_after, 1)
        client_id = _client_id(raw)
        return {**body, "client_message_id": client_id} if client_id else body


def _parse(raw: str | bytes) -> dict[str, Any]:
    if len(raw) > FRAME_LIMIT_BYTES:
        raise errors.TooLarge(f"A frame has at most {FRAME_LIMIT_BYTES:,} bytes.")
    try:
        frame = orjson.loads(raw)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise errors.Invalid("A frame is a JSON object in UTF-8.") from None
    if not isinstance(frame, dict):
        raise errors.Invalid("A frame is a JSON object.")
    return frame


def _client_id(raw: str | bytes) -> str | None:
    """The client's own id of a refused message, so that it knows which one was refused."""
    try:
        value = _parse(raw).get("client_message_id")
    except errors.FirebreakError:
        return None
    return value if isinstance(value, str) and len(value) <= texts.CLIENT_ID_LENGTH else None
