"""Live push between processes, over Valkey's or Redis' pub/sub.

This process's own listeners are told at once and never wait for the server. While the server is away the others miss
events: customers' lines then read the rows every few seconds, and once it is back everybody's do.
"""

import asyncio
import logging
import secrets
from typing import Any

import orjson
import redis.asyncio
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.core import live
from bot.core.live import Event, InProcessHub, Subscription

PREFIX = "firebreak:"
EVERYBODY = "everybody"
"""The channel by which one process tells all others that they may have missed something of it."""
OUTBOX_SIZE = 10_000
BATCH = 500
CANCEL_AGAIN_SECONDS = 0.5
RECONNECT_SECONDS = 1.0
HEALTH_CHECK_SECONDS = 5
SOCKET_SECONDS = 2.0
STAND_IN_SECONDS = 5.0
READY_SECONDS = 1.0
log = logging.getLogger(__name__)


class ValkeyHub:
    """A hub that reaches the listeners of every process on the same server."""

    def __init__(self, url: str) -> None:
        self._local = InProcessHub()
        self._client = redis.asyncio.Redis.from_url(
            url,
            health_check_interval=HEALTH_CHECK_SECONDS,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._me = secrets.token_hex(6)
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(OUTBOX_SIZE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._hears = self._reaches = True

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._local.attach(loop)
        self._tasks = [loop.create_task(work()) for work in (self._publish, self._listen, self._stand_in)]

    def send(self, channel: str, event: Event) -> None:
        self._local.send(channel, event)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._post, channel, self._body(event))

    def subscribe(self, channel: str) -> Subscription:
        return self._local.subscribe(channel)

    async def ready(self) -> bool:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._client.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        left = {*self._tasks}
        while left:  # Python 3.11's `wait_for` loses a cancellation that comes as its wait ends
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)
        await self._client.aclose()

    def _body(self, event: Event) -> bytes:
        return orjson.dumps({"from": self._me, "event": event})

    def _post(self, channel: str, body: bytes) -> None:
        if self._outbox.full():
            self._outbox.get_nowait()
        self._outbox.put_nowait((channel, body))

    async def _publish(self) -> None:
        """Send what is in the outbox, all that has come meanwhile in one round trip.

        What could not be sent is not sent late: the others are told to read the rows instead.
        """
        while True:
            batch = [await self._outbox.get(), *self._more(BATCH)]
            while not await self._sent(batch):
                self._note(reaches=False)
                await asyncio.sleep(RECONNECT_SECONDS)
                self._more(OUTBOX_SIZE)
                batch = [(EVERYBODY, self._body(live.RESYNC))]
            self._note(reaches=True)

    def _more(self, most: int) -> list[tuple[str, bytes]]:
        return [self._outbox.get_nowait() for _ in range(min(most, self._outbox.qsize()))]

    async def _sent(self, batch: list[tuple[str, bytes]]) -> bool:
        try:
            async with self._client.pipeline(transaction=False) as together:
                for channel, body in batch:
                    together.publish(f"{PREFIX}{channel}", body)
                await together.execute()
        except (RedisError, OSError):
            return False
        return True

    async def _listen(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.psubscribe(f"{PREFIX}*")
                    await self._hear(subscription)
            except (RedisError, OSError):
                pass
            self._note(hears=False)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self, subscription: PubSub) -> None:
        """Take messages until a ping goes unanswered: a server that vanished without a word closes nothing."""
        asked = False
        while True:
            message = await subscription.get_message(timeout=HEALTH_CHECK_SECONDS)
            if message is not None:
                self._take(message)
            elif asked:
                return
            else:
                await subscription.ping()
            asked = message is None

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "psubscribe":
            self._note(hears=True)
            self._local.resync()
        if message["type"] != "pmessage":
            return
        channel = message["channel"].decode().removeprefix(PREFIX)
        if channel != EVERYBODY and not self._local.has_listeners(channel):
            return
        body = orjson.loads(message["data"])
        if body["from"] == self._me:
            return
        if channel == EVERYBODY:
            self._local.resync()
        else:
            self._local.deliver(channel, body["event"])

    async def _stand_in(self) -> None:
        """While the server is away nobody tells a customer's line of an answer given elsewhere: it looks by itself."""
        while True:
            await asyncio.sleep(STAND_IN_SECONDS)
            if not (self._hears and self._reaches):
                self._local.resync(desk=False)

    def _note(self, *, hears: bool | None = None, reaches: bool | None = None) -> None:
        """Keep how it stands, and log each change once."""
        before = self._hears and self._reaches
        self._hears = self._hears if hears is None else hears
        self._reaches = self._reaches if reaches is None else reaches
        now = self._hears and self._reaches
        if before and not now:
            log.warning("the live push server is away")
        elif now and not before:
            log.info("the live push server is back")
