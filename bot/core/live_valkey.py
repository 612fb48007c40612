"""Live push between processes, over Valkey's or Redis' pub/sub.

This process's own listeners are told at once and never wait for the server. While the server is away the others miss
events: once it is heard again they count as behind, and read the rows again.
"""

import asyncio
import logging
import secrets
from typing import Any

import orjson
import redis.asyncio
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from bot.core.live import Event, InProcessHub, Subscription

PREFIX = "firebreak:"
OUTBOX_SIZE = 10_000
RECONNECT_SECONDS = 1.0
HEALTH_CHECK_SECONDS = 15
READY_SECONDS = 1.0
log = logging.getLogger(__name__)


class ValkeyHub:
    """A hub that reaches the listeners of every process on the same server."""

    def __init__(self, url: str) -> None:
        self._local = InProcessHub()
        self._client = redis.asyncio.Redis.from_url(url, health_check_interval=HEALTH_CHECK_SECONDS)
        self._me = secrets.token_hex(6)
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(OUTBOX_SIZE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._local.attach(loop)
        self._tasks = [loop.create_task(self._publish()), loop.create_task(self._listen())]

    def send(self, channel: str, event: Event) -> None:
        self._local.send(channel, event)
        if self._loop is not None and not self._loop.is_closed():
            body = orjson.dumps({"from": self._me, "event": event})
            self._loop.call_soon_threadsafe(self._post, channel, body)

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _post(self, channel: str, body: bytes) -> None:
        if self._outbox.full():
            self._outbox.get_nowait()
        self._outbox.put_nowait((channel, body))

    async def _publish(self) -> None:
        while True:
            channel, body = await self._outbox.get()
            try:
                await self._client.publish(f"{PREFIX}{channel}", body)
            except (RedisError, OSError):
                log.warning("live push did not reach the other processes")
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.psubscribe(f"{PREFIX}*")
                    await self._hear(subscription)
            except (RedisError, OSError):
                pass
            log.warning("the live push server is away")
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
            self._local.resync()
        if message["type"] != "pmessage":
            return
        body = orjson.loads(message["data"])
        if body["from"] != self._me:
            self._local.deliver(message["channel"].decode().removeprefix(PREFIX), body["event"])
