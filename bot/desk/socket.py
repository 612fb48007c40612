"""The staff's live line: tickets, messages and alerts as they change, each to those who may see them.

A line that falls behind is closed; its page connects again and reads the rows, which are the truth.
"""

import asyncio
import logging
from typing import Any

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from sqlalchemy import select
from starlette.websockets import WebSocketState

from bot.core import errors, http, live
from bot.core.auth import Role, Staff
from bot.core.db import Database
from bot.desk.access import sees, visible
from bot.desk.models import UNSETTLED, Ticket

FRAME_LIMIT_BYTES = 4_000
SEND_TIMEOUT_SECONDS = 10
SIGNED_OUT = 4401
FELL_BEHIND = 1013
DESK_ROLES = (Role.AGENT, Role.LEAD, Role.SUPERVISOR)
ALERT_ROLES = (Role.SUPERVISOR, Role.QUALITY, Role.LEAD)
router = APIRouter()
log = logging.getLogger(__name__)


@router.websocket("/desk/ws")
async def desk(socket: WebSocket) -> None:
    """Refused before it opens with the same answers as REST."""
    try:
        if not _from_our_page(socket):
            raise errors.Forbidden("This page's origin may not open the desk.")
        staff = await asyncio.to_thread(http.access_staff, socket)
        if not staff.may(*DESK_ROLES, *ALERT_ROLES):
            raise errors.Forbidden
    except errors.FirebreakError as error:
        await socket.send_denial_response(http.error_response(error))
        return
    token = http.socket_token(socket)
    await socket.accept(subprotocol=f"bearer.{token}" if token else None)
    await Line(socket, staff).run()


class Line:
    """An open socket. `_watched`: the unsettled tickets that this member of staff sees, by conversation."""

    def __init__(self, socket: WebSocket, staff: Staff) -> None:
        self._socket = socket
        self._state = socket.app.state
        self._staff = staff
        self._watched: dict[str, tuple[int, str | None]] = {}
        self._sending = asyncio.Lock()
        self._events = self._state.hub.subscribe(live.DESK)

    async def run(self) -> None:
        self._state.sockets.add(self)
        pump: asyncio.Task[None] | None = None
        try:
            self._watched = await asyncio.to_thread(_watched_by, self._state.db, self._staff)
            pump = asyncio.create_task(self._pump())
            await self._listen()
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            pass
        finally:
            if pump is not None:
                pump.cancel()
            self._events.close()
            self._state.sockets.discard(self)

    async def close(self, code: int = 1001) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            await self._socket.close(code)

    async def _listen(self) -> None:
        while True:
            event = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            try:
                await self._take(_parse(event.get("text") or event.get("bytes") or b""))
            except errors.Unauthenticated:
                await self.close(SIGNED_OUT)
                return
            except errors.FirebreakError as error:
                await self._send({"type": "error", "error": error.as_dict()})

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame.get("type"):
            case "ping":
                await asyncio.to_thread(http.access_staff, self._socket)
                await self._send({"type": "pong"})
            case "typing":
                self._type(frame.get("number"))
            case _:
                raise errors.Invalid("Frame types are typing and ping.", fields={"type": "unknown"})

    def _type(self, number: object) -> None:
        """Show the customer that the agent who holds the ticket is writing."""
        for conversation_id, held in self._watched.items():
            if held == (number, self._staff.id):
                event = {"type": "typing", "author": "agent"}
                self._state.hub.send(live.conversation_channel(conversation_id), event)

    async def _pump(self) -> None:
        try:
            while not self._events.behind:
                event = await self._events.get()
                if self._concerns(event):
                    await self._send(event)
            await self.close(FELL_BEHIND)
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            await self._abandon()

    def _concerns(self, event: dict[str, Any]) -> bool:
        match event["type"]:
            case "alert":
                return self._staff.may(*ALERT_ROLES)
            case "ticket":
                return self._staff.may(*DESK_ROLES) and self._watch(event["ticket"])
            case "resync":
                return False
            case _:
                return event.get("conversation_id") in self._watched

    def _watch(self, ticket: dict[str, Any]) -> bool:
        """Keep up with who sees what. A ticket that leaves this one's sight is told once more, so that it goes."""
        holder = ticket["holder"]["id"] if ticket["holder"] else None
        before = self._watched.pop(ticket["conversation_id"], None)
        seen = sees(self._staff, team=ticket["team"], holder_id=holder)
        if seen and ticket["status"] in UNSETTLED:
            self._watched[ticket["conversation_id"]] = (ticket["number"], holder)
        return seen or before is not None

    async def _send(self, frame: dict[str, Any]) -> None:
        async with self._sending:
            text = orjson.dumps(frame).decode()
            await asyncio.wait_for(self._socket.send_text(text), SEND_TIMEOUT_SECONDS)

    async def _abandon(self) -> None:
        try:
            await self.close(FELL_BEHIND)
        except (RuntimeError, WebSocketDisconnect):
            log.info("a socket was gone before it could be closed")


def _from_our_page(socket: WebSocket) -> bool:
    """Whether our own page or a client without an origin asks; shops' pages may open the chat, never the desk."""
    origin = socket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == socket.headers.get("host", "")


def _watched_by(db: Database, staff: Staff) -> dict[str, tuple[int, str | None]]:
    if not staff.may(*DESK_ROLES):
        return {}
    columns = (Ticket.conversation_id, Ticket.number, Ticket.holder_id)
    with db.snapshot() as session:
        rows = session.execute(select(*columns).where(Ticket.status.in_(UNSETTLED), visible(staff))).all()
    return {row.conversation_id: (row.number, row.holder_id) for row in rows}


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
