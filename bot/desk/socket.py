"""The staff's live line: tickets, messages and alerts as they change, each to those who may see them.

A line that falls behind is closed; its page connects again and reads the rows, which are the truth.
"""

import asyncio

from fastapi import APIRouter, WebSocket
from sqlalchemy import select

from bot.core import errors, live
from bot.core.auth import Role, Staff, StaffSession
from bot.core.db import Database
from bot.core.socket import Frame
from bot.core.staff_line import StaffLine, signed_in
from bot.desk.access import sees, visible
from bot.desk.models import UNSETTLED, Ticket

DESK_ROLES = (Role.AGENT, Role.LEAD, Role.SUPERVISOR)
ALERT_ROLES = (Role.SUPERVISOR, Role.QUALITY, Role.LEAD)
router = APIRouter()


@router.websocket("/desk/ws")
async def desk(socket: WebSocket) -> None:
    """Refused before it opens with the same answers as REST."""
    async with signed_in(socket, live.DESK, *DESK_ROLES, *ALERT_ROLES) as (found, events):
        line = DeskLine(socket, found, events)
        await line.read_watched()
        await line.serve()


class DeskLine(StaffLine):
    """`_watched`: the unsettled tickets that this member of staff sees, by conversation."""

    def __init__(self, socket: WebSocket, found: StaffSession, events: live.Subscription) -> None:
        super().__init__(socket, found, events)
        self._watched: dict[str, tuple[int, str | None]] = {}

    async def read_watched(self) -> None:
        self._watched = await asyncio.to_thread(_watched_by, self.app.db, self.staff)

    async def take(self, frame: Frame) -> None:
        match frame.get("type"):
            case "ping":
                await self.ping()
            case "typing":
                self._type(frame.get("number"))
            case _:
                raise errors.Invalid(
                    "Frame types are {known}.", words={"known": "typing, ping"}, fields={"type": "unknown"}
                )

    def _type(self, number: object) -> None:
        """Show the customer that the agent who holds the ticket is writing."""
        for conversation_id, held in self._watched.items():
            if held == (number, self.staff.id):
                event = {"type": "typing", "author": "agent"}
                self.app.hub.send(live.conversation_channel(conversation_id), event)

    def concerns(self, event: Frame) -> bool:
        match event["type"]:
            case "alert":
                return self.staff.may(*ALERT_ROLES)
            case "ticket":
                return self.staff.may(*DESK_ROLES) and self._watch(event["ticket"])
            case "resync":
                return False
            case _:
                return event.get("conversation_id") in self._watched

    def _watch(self, ticket: Frame) -> bool:
        """Keep up with who sees what. A ticket that leaves this one's sight is told once more, so that it goes."""
        holder = ticket["holder"]["id"] if ticket["holder"] else None
        before = self._watched.pop(ticket["conversation_id"], None)
        seen = sees(self.staff, team=ticket["team"], holder_id=holder)
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
