"""Live push: what happened is told to whoever listens, after the commit and never before.

A channel is a name such as `conversation:{id}` or `desk`. Events are small JSON objects. Delivery is at most once:
a listener that falls behind is cut off and must read the rows again, which are the truth.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.core import db, metrics

QUEUE_SIZE = 256
Event = dict[str, Any]
log = logging.getLogger(__name__)


class Hub(Protocol):
    """Where events go and come from."""

    def send(self, channel: str, event: Event) -> None:
        """Tell every listener of `channel`; callable from any thread, returns at once."""

    def subscribe(self, channel: str) -> "Subscription": ...

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver on `loop` from now on; called on its thread."""

    async def ready(self) -> bool:
        """Whether events reach the other processes."""

    async def close(self) -> None: ...


class Subscription:
    """One listener's queue. `behind` is true once events were dropped."""

    def __init__(self, hub: "InProcessHub", channel: str) -> None:
        self._hub = hub
        self.channel = channel
        self.queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_SIZE)
        self.behind = False

    def offer(self, event: Event) -> None:
        try:
            self.queue.put_nowait(event)
            metrics.PUSHES.inc()
        except asyncio.QueueFull:
            if not self.behind:
                metrics.LISTENERS_CUT_OFF.inc()
            self.behind = True

    async def get(self) -> Event:
        return await self.queue.get()

    def close(self) -> None:
        self._hub.forget(self)


class InProcessHub:
    """Listeners of one process, on one event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: dict[str, set[Subscription]] = defaultdict(set)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is held open."""

    def send(self, channel: str, event: Event) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.deliver, channel, event)

    def deliver(self, channel: str, event: Event) -> None:
        """Hand `event` to this process's listeners; on the loop's thread."""
        for listener in tuple(self._listeners.get(channel, ())):
            listener.offer(event)

    def has_listeners(self, channel: str) -> bool:
        return channel in self._listeners

    def resync(self, *, desk: bool = True) -> None:
        """Mark every line to a person as behind, and wake it; on the loop's thread. Without `desk`, customers' alone.

        Workers are left alone: they look into the tables by themselves.
        """
        for channel, group in tuple(self._listeners.items()):
            if (desk and channel in (DESK, INBOX)) or channel.startswith(conversation_channel("")):
                for listener in tuple(group):
                    listener.behind = True
                    listener.offer(RESYNC)

    def subscribe(self, channel: str) -> Subscription:
        listener = Subscription(self, channel)
        self._listeners[channel].add(listener)
        return listener

    def forget(self, listener: Subscription) -> None:
        listeners = self._listeners.get(listener.channel)
        if listeners is not None:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[listener.channel]

    @property
    def listeners(self) -> int:
        return sum(len(group) for group in self._listeners.values())


@contextmanager
def listening(hub: Hub, channel: str) -> Iterator[Subscription]:
    """A subscription for the length of the block."""
    subscription = hub.subscribe(channel)
    try:
        yield subscription
    finally:
        subscription.close()


HUB = "hub"
"""The key of a session's `info` under which `tell` finds the hub."""


def tell(session: Session, channel: str, event: Event) -> None:
    """Send `event` once the session's transaction is durable. Without a hub (command line, tests) it is dropped."""
    hub = session.info.get(HUB)
    if hub is not None:
        db.after_commit(session, lambda: hub.send(channel, event))


def conversation_channel(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


RESYNC: Event = {"type": "resync"}
"""Events may have been missed: read the rows again. Of no concern to the far end of a socket."""
DESK = "desk"
TURNS = "turns"
"""A conversation has a turn to answer: `{conversation_id}`."""
JOBS = "jobs"
SORTING = "sorting"
"""A question or a wish was kept and is to be sorted: `{kind}`."""
INBOX = "inbox"
"""The editors' pages: something is new in the list of a kind, `{type, kind}`."""
