"""The customer's live line: messages in are stored and acknowledged, events out keep the thread's order."""

import asyncio
from datetime import datetime

from fastapi import APIRouter, WebSocket

from bot.chat import access, api, texts
from bot.chat.intake import Incoming
from bot.core import clock, errors, http, live, tokens
from bot.core.limits import Window
from bot.core.shapes import LARGEST_INTEGER
from bot.core.socket import Frame, Line, refusing
from bot.core.tables import new_id
from bot.core.tokens import Keyring

router = APIRouter()


@router.websocket("/conversations/{conversation_id}/ws")
async def converse(socket: WebSocket, conversation_id: str, after_seq: str = "0") -> None:
    """One customer's live line. Refused before it opens with the same answers as REST."""
    async with refusing(socket):
        token = http.socket_token(socket)
        await http.check_address(socket)
        http.check_origin(socket, shops=True)
        ends_at = access.check_token(socket.app.state.token_keys, conversation_id, token)
        channel = live.conversation_channel(conversation_id)
        with http.seat(socket, conversation_id), live.listening(socket.app.state.hub, channel) as events:
            line = CustomerLine(socket, conversation_id, _in_range(after_seq), events, ends_at=ends_at)
            await line.read_standing()
            await line.open(subprotocol=f"bearer.{token}")
            await line.run()


def _in_range(after_seq: str) -> int:
    """A number that no thread has is the nearest that one could have: a line matters more than where it begins."""
    try:
        return min(max(int(after_seq[:20]), 0), LARGEST_INTEGER)
    except ValueError:
        wrong = {"after_seq": "not a number"}
        raise errors.Invalid("`after_seq` is the number of a message.", fields=wrong) from None


class CustomerLine(Line):
    """`_last` is the highest number up to which everything was sent or came from here, `_own` what came from here.

    `ends_at`: when its token does. From then on nothing is taken, and the web process closes it within seconds.
    """

    frame_limit_bytes = 64_000

    def __init__(
        self,
        socket: WebSocket,
        conversation_id: str,
        after_seq: int,
        events: live.Subscription,
        *,
        ends_at: datetime,
    ) -> None:
        super().__init__(socket)
        self.ends_at = ends_at
        self._id = conversation_id
        self._last = after_seq
        self._own: set[int] = set()
        self._origin = new_id()
        self._events = events
        self._standing: Frame = {}

    async def read_standing(self) -> None:
        """Who speaks, and what was promised: the first frame after what was missed. Raises NotFound."""
        found = await self._read()
        self._standing = {"type": "state", "state": found["state"], "ticket": found.get("ticket")}

    def is_open_to(self, keys: Keyring) -> bool:
        """Whether its token still holds under `keys`: one that leaked takes its tokens with it."""
        try:
            access.check_token(keys, self._id, http.socket_token(self.socket))
        except errors.Unauthenticated:
            return False
        return True

    async def take(self, frame: Frame) -> None:
        if self.ends_at <= clock.now():
            raise errors.Unauthenticated(tokens.ENDED)
        match frame.get("type"):
            case "message":
                await self._message(frame)
            case "ping":
                await self.send({"type": "pong"})
            case "typing":
                await self._hint({"type": "typing", "author": "customer"})
            case "seen":
                await self._hint({"type": "seen", "seq": _seq(frame.get("seq"))})
            case _:
                known = {"known": "message, typing, seen, ping"}
                raise errors.Invalid("Frame types are {known}.", words=known, fields={"type": "unknown"})

    async def _hint(self, event: Frame) -> None:
        """Tell the desk something that may be missed; more than one a second of a kind is."""
        try:
            await self.app.limits.check(Window(f"{event['type']}:{self._id}", 1, 1))
        except errors.RateLimited:
            return
        self.app.hub.send(live.DESK, {**event, "conversation_id": self._id})

    async def _message(self, frame: Frame) -> None:
        incoming = Incoming(
            self._id,
            texts.check_client_id(frame.get("client_message_id")),
            texts.check_message(frame.get("text")),
            texts.check_choice(frame.get("choice")),
            self._origin,
        )
        await api.check_rate(self.app.limits, self.app.settings, self._id)
        receipt = await self.app.intake.accept(incoming)
        if receipt.seq > self._last:
            self._own.add(receipt.seq)
        await self.send({"type": "ack", **receipt.as_wire()})

    async def pump(self) -> None:
        """Send what was missed, then what happens."""
        await self._fill_gap()
        await self.send(self._standing)
        while True:
            await self._pass_on(await self._events.get())
            if self._events.behind:
                self._events.behind = False
                await self._fill_gap()

    async def _pass_on(self, event: Frame) -> None:
        """Send an event; a message only in the thread's order, reading the rows where an event is missing."""
        if event["type"] == "resync":
            return
        if event["type"] != "message":
            await self.send({key: value for key, value in event.items() if key != "origin"})
            return
        seq = event["message"]["seq"]
        if event.get("origin") == self._origin:
            self._own.add(seq)
        self._skip_own()
        if seq > self._last + 1:
            await self._fill_gap()
        elif seq == self._last + 1:
            self._last = seq
            await self.send({"type": "message", "message": event["message"]})

    async def _fill_gap(self) -> None:
        """Send every row after the last number, page by page."""
        while messages := (await self._read())["messages"]:
            for message in messages:
                own = message["seq"] in self._own
                self._last = max(self._last, message["seq"])
                if not own:
                    await self.send({"type": "message", "message": message})
            self._own = {seq for seq in self._own if seq > self._last}

    async def _read(self) -> api.Thread:
        return await asyncio.to_thread(api.read_thread, self.app.db, self.app.ticket_view, self._id, self._last)

    def _skip_own(self) -> None:
        while self._last + 1 in self._own:
            self._last += 1
            self._own.discard(self._last)


def _seq(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_INTEGER:
        raise errors.Invalid("`seq` is the number of a message.", fields={"seq": "not a number"})
    return value
