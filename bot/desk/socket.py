"""The staff's live line: tickets, messages and alerts as they change, each to those who may see them.

A line that falls behind is closed; its page connects again and reads the rows, which are the truth.
"""

import asyncio

from fastapi import APIRouter, WebSocket
from sqlalchemy import select

from bot.core import errors, http, live
from bot.core.auth import Role, Staff, StaffSession
from bot.core.db import Database
from bot.core.socket import SIGNED_OUT, Frame, Line, refusing
from bot.desk.access import sees, visible
from bot.desk.models import UNSETTLED, Ticket

DESK_ROLES = (Role.AGENT, Role.LEAD, Role.SUPERVISOR)
ALERT_ROLES = (Role.SUPERVISOR, Role.QUALITY, Role.LEAD)
router = APIRouter()


@router.websocket("/desk/ws")
async def desk(socket: WebSocket) -> None:
    """Refused before it opens with the same answers as REST."""
    async with refusing(socket):
        await http.check_address(socket)
        http.check_origin(socket, shops=False)
        found = http.allowed(await asyncio.to_thread(http.access_session, socket), *DESK_ROLES, *ALERT_ROLES)
        with http.seat(socket, found.staff_id), live.listening(socket.app.state.hub, live.DESK) as events:
            line = StaffLine(socket, found, events)
            await line.read_watched()
            token = http.socket_token(socket)
            await line.open(subprotocol=f"bearer.{token}" if token else None)
            await line.run()


class StaffLine(Line):
    """`_watched`: the unsettled tickets that this member of staff sees, by conversation."""

    frame_limit_bytes = 4_000

    def __init__(self, socket: WebSocket, found: StaffSession, events: live.Subscription) -> None:
        super().__init__(socket)
        self._staff = found.staff
        self.session_hash = found.token_hash
        self._watched: dict[str, tuple[int, str | None]] = {}
        self._events = events

    async def read_watched(self) -> None:
        self._watched = await asyncio.to_thread(_watched_by, self.app.db, self._staff)

    async def take(self, frame: Frame) -> None:
        match frame.get("type"):
            case "ping":
                await self._ping()
            case "typing":
                self._type(frame.get("number"))
            case _:
                raise errors.Invalid(
                    "Frame types are {known}.", words={"known": "typing, ping"}, fields={"type": "unknown"}
                )

    async def _ping(self) -> None:
        """A session that has ended ends the line with it."""
        try:
            await asyncio.to_thread(http.access_session, self.socket, in_use=False)
        except errors.Unauthenticated:
            await self.close(SIGNED_OUT)
        else:
            await self.send({"type": "pong"})

    def _type(self, number: object) -> None:
        """Show the customer that the agent who holds the ticket is writing."""
        for conversation_id, held in self._watched.items():
            if held == (number, self._staff.id):
                event = {"type": "typing", "author": "agent"}
                self.app.hub.send(live.conversation_channel(conversation_id), event)

    async def pump(self) -> None:
        """Send what concerns this one, until too much of it was missed."""
        while not self._events.behind:
            event = await self._events.get()
            if self._concerns(event):
                await self.send(event)

    def _concerns(self, event: Frame) -> bool:
        match event["type"]:
            case "alert":
                return self._staff.may(*ALERT_ROLES)
            case "ticket":
                return self._staff.may(*DESK_ROLES) and self._watch(event["ticket"])
            case "resync":
                return False
            case _:
                return event.get("conversation_id") in self._watched

    def _watch(self, ticket: Frame) -> bool:
        """Keep up with who sees what. A ticket that leaves this one's sight is told once more, so that it goes."""
        holder = ticket["holder"]["id"] if ticket["holder"] else None
        before = self._watched.pop(ticket["conversation_id"], None)
        seen = sees(self._staff, team=ticket["team"], holder_id=holder)
        if seen and ticket["status"] in UNSETTLED:
            self._watched[ticket["conversation_id"]] = (ticket["number"], holder)
        return seen or before is not None


def _watched_by(db: Database, staff: Staff) -> dict[str, tuple[int, str | None]]:
    if not staff.may(*DESK_ROLES):
        return {}
    columns = (Ticket.conversation_id, Ticket.number, Ticket.holder_id)
    with db.snapshot() as session:
        rows = session.execute(select(*columns).where(Ticket.status.in_(UNSETTLED), visible(staff))).all()
    return {row.conversation_id: (row.number, row.holder_id) for row in rows}
