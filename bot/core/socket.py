"""A live line: one WebSocket, on which frames come in one after the other while what happens goes out.

opening → open → closed. Going any other way is a mistake of ours and raises `IllegalStep`; whatever a client sends
is answered: a frame that is not understood gets an error frame and changes nothing.
"""

import abc
import asyncio
import enum
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, ClassVar

import orjson
from fastapi import WebSocket, WebSocketDisconnect

from bot.core import errors, outages, refusals

SEND_TIMEOUT_SECONDS = 10.0
"""How long a client may leave what we send unread."""
COME_BACK_SECONDS = 30.0
LONGEST_ECHO = 128
"""Of a client's own id in an error frame: what it sends must not make us send as much."""
GOING_AWAY = 1001
FELL_BEHIND = 1013
SIGNED_OUT = 4401
"""What opened the line has ended: a session, or a conversation's token."""
Frame = dict[str, Any]
log = logging.getLogger(__name__)


class Stage(enum.Enum):
    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


STEPS = {Stage.OPENING: {Stage.OPEN, Stage.CLOSED}, Stage.OPEN: {Stage.CLOSED}, Stage.CLOSED: set[Stage]()}


class IllegalStep(RuntimeError):
    """A line was used in a stage that does not allow it."""


class Gone(Exception):
    """The client is not there any more, or does not read what it is sent."""


class Line(abc.ABC):
    """A room says what a frame does (`take`) and what goes out (`pump`); all else is here."""

    frame_limit_bytes: ClassVar[int]

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.app = socket.app.state
        self.stage = Stage.OPENING
        self._language = refusals.language_of(socket)
        self._sending = asyncio.Lock()

    @abc.abstractmethod
    async def take(self, frame: Frame) -> None:
        """Do what the client asks. A FirebreakError is told to it, and the line stays open."""

    @abc.abstractmethod
    async def pump(self) -> None:
        """Send what happens. To return is to give the client up: it comes back and reads the rows."""

    async def open(self, *, subprotocol: str | None) -> None:
        self._step(Stage.OPEN)
        await self.socket.accept(subprotocol=subprotocol)

    async def run(self) -> None:
        """Serve the open line until either end closes it."""
        self._check(Stage.OPEN)
        self.app.sockets.add(self)
        pump = asyncio.create_task(self._pumped())
        try:
            await self._listen()
        except Gone:
            await self.close(FELL_BEHIND)
        finally:
            self._over()
            self.app.sockets.discard(self)
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)

    async def send(self, frame: Frame) -> None:
        """Send one frame. Raises Gone."""
        self._check(Stage.OPEN, Stage.CLOSED)
        async with self._sending:
            if self.stage is Stage.CLOSED:
                raise Gone
            try:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    await self.socket.send_text(orjson.dumps(frame).decode())
            except TimeoutError as error:
                raise Gone from error
            except WebSocketDisconnect as error:
                self._over()
                raise Gone from error

    async def close(self, code: int = GOING_AWAY) -> None:
        """Close from our end; a line that is closed already stays so."""
        self._check(Stage.OPEN, Stage.CLOSED)
        if self.stage is Stage.OPEN:
            self._step(Stage.CLOSED)
            with suppress(WebSocketDisconnect):
                await self.socket.close(code)

    async def _listen(self) -> None:
        while (event := await self.socket.receive())["type"] != "websocket.disconnect":
            await self._answer(event.get("text") or event.get("bytes") or b"")

    async def _answer(self, raw: str | bytes) -> None:
        frame: Frame = {}
        try:
            frame = self._parse(raw)
            await self.take(frame)
        except errors.FirebreakError as error:
            await self.send(self._refusal(error, frame))
        except Gone:
            raise
        except Exception as error:
            log.exception("a frame could not be taken")
            await self.send(self._refusal(outages.refusal(error) or errors.FirebreakError(), frame))

    def _parse(self, raw: str | bytes) -> Frame:
        if len(raw) > self.frame_limit_bytes:
            raise errors.TooLarge("A frame has at most {most:,} bytes.", words={"most": self.frame_limit_bytes})
        try:
            frame = orjson.loads(raw)
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            frame = None
        if not isinstance(frame, dict):
            raise errors.Invalid("A frame is a JSON object in UTF-8.")
        return frame

    def _refusal(self, error: errors.FirebreakError, frame: Frame) -> Frame:
        """The error frame, with the client's own id of what was refused."""
        told: Frame = {"type": "error", "error": error.as_dict(self._language)}
        if error.retry_after is not None:
            told["retry_after"] = round(error.retry_after, 1)
        own = frame.get("client_message_id")
        return {**told, "client_message_id": own} if isinstance(own, str) and 0 < len(own) <= LONGEST_ECHO else told

    async def _pumped(self) -> None:
        """Whatever ends the pump ends the line: a deaf one is worse than none."""
        try:
            with suppress(Gone):
                await self.pump()
        except Exception:
            log.exception("a line broke")
        await self.close(FELL_BEHIND)

    def _over(self) -> None:
        if self.stage is not Stage.CLOSED:
            self._step(Stage.CLOSED)

    def _step(self, to: Stage) -> None:
        if to not in STEPS[self.stage]:
            raise IllegalStep(f"a line that is {self.stage.value} cannot become {to.value}")
        self.stage = to

    def _check(self, *stages: Stage) -> None:
        if self.stage not in stages:
            raise IllegalStep(f"a line that is {self.stage.value} cannot do this")


@asynccontextmanager
async def refusing(socket: WebSocket) -> AsyncIterator[None]:
    """While a line is not open yet, refuse with the answers that REST gives."""
    try:
        yield
    except (errors.FirebreakError, *outages.AWAY) as error:
        refusal = error if isinstance(error, errors.FirebreakError) else outages.refusal(error)
        if refusal is None:
            raise
        await socket.send_denial_response(refusals.response(refusal, refusals.language_of(socket)))


class Seats:
    """How many lines are open for each key, in this process."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, limits: Mapping[str, int]) -> Iterator[None]:
        """A seat under every key of `limits` for the length of the block. Raises RateLimited when one has none left."""
        if any(self._taken[key] >= limit for key, limit in limits.items()):
            raise errors.RateLimited(
                "Too many lines are open already. Close one of them first.", retry_after=COME_BACK_SECONDS
            )
        self._taken.update(limits.keys())
        try:
            yield
        finally:
            self._taken.subtract(limits.keys())
            for key in limits:
                if not self._taken[key]:
                    del self._taken[key]
