"""The inbox's live line: that something is new in a list. What it is, the list tells."""

from fastapi import APIRouter, WebSocket

from bot.core import live
from bot.core.staff_line import StaffLine, signed_in

router = APIRouter()


class InboxLine(StaffLine):
    """`{type: "inbox", kind: "gap"|"wish"}` after each commit that changed a list."""


@router.websocket("/knowledge/ws")
async def inbox(socket: WebSocket) -> None:
    """For all staff, as reading is. Refused before it opens with the same answers as REST."""
    async with signed_in(socket, live.INBOX) as (found, events):
        await InboxLine(socket, found, events).serve()
