"""A line that a member of staff opens: it lives as long as the session does that opened it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import WebSocket

from bot.core import errors, http, live
from bot.core.auth import Role, StaffSession
from bot.core.socket import SIGNED_OUT, Frame, Line, refusing


class StaffLine(Line):
    """What a ping does is here; a room adds what else may come in, and what goes out."""

    frame_limit_bytes = 4_000

    def __init__(self, socket: WebSocket, found: StaffSession, events: live.Subscription) -> None:
        super().__init__(socket)
        self.staff = found.staff
        self.session_hash = found.token_hash
        self.events = events

    async def take(self, frame: Frame) -> None:
        if frame.get("type") != "ping":
            raise errors.Invalid("Frame types are {known}.", words={"known": "ping"}, fields={"type": "unknown"})
        await self.ping()

    async def ping(self) -> None:
        """A session that has ended ends the line with it."""
        try:
            await asyncio.to_thread(http.access_session, self.socket, in_use=False)
        except errors.Unauthenticated:
            await self.close(SIGNED_OUT)
        else:
            await self.send({"type": "pong"})

    async def pump(self) -> None:
        """Send what concerns this one, until too much of it was missed."""
        while not self.events.behind:
            event = await self.events.get()
            if self.concerns(event):
                await self.send(event)

    def concerns(self, event: Frame) -> bool:
        return event != live.RESYNC

    async def serve(self) -> None:
        token = http.socket_token(self.socket)
        await self.open(subprotocol=f"bearer.{token}" if token else None)
        await self.run()


@asynccontextmanager
async def signed_in(
    socket: WebSocket, channel: str, *roles: Role
) -> AsyncIterator[tuple[StaffSession, live.Subscription]]:
    """Whoever opens it, and what they listen to. Refused before it opens with the same answers as REST."""
    async with refusing(socket):
        await http.check_address(socket)
        http.check_origin(socket, shops=False)
        found = http.allowed(await asyncio.to_thread(http.access_session, socket), *roles)
        with http.seat(socket, found.staff_id), live.listening(socket.app.state.hub, channel) as events:
            yield found, events
