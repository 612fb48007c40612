"""Trackers of the most recent conversations, in memory. Rasa may forget: all that must last is kept outside it."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Final

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

DEFAULT_CAPACITY: Final = 5_000
DEFAULT_EVENTS: Final = 60_000
"""An event holds about a kilobyte: long conversations are forgotten sooner, not kept in a gigabyte."""


class LruTrackerStore(TrackerStore):  # type: ignore[misc]
    """Keeps a tracker's events, not the tracker: a turn that fails half-way leaves what was saved before it.

    Replaying events is several times cheaper than the stock store's JSON, and an event is never changed once made.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        capacity: int = DEFAULT_CAPACITY,
        events: int = DEFAULT_EVENTS,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._capacity = capacity
        self._most_events = events
        self._held_events = 0
        self._events: OrderedDict[str, tuple[Event, ...]] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        self._forget(tracker.sender_id)
        self._events[tracker.sender_id] = kept = tuple(tracker.events)
        self._held_events += len(kept)
        while len(self._events) > self._capacity or (self._held_events > self._most_events and len(self._events) > 1):
            self._forget(next(iter(self._events)))

    def _forget(self, sender_id: str) -> None:
        self._held_events -= len(self._events.pop(sender_id, ()))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        events = self._events.get(sender_id)
        if events is None:
            return None
        self._events.move_to_end(sender_id)
        return DialogueStateTracker.from_events(sender_id, list(events), self.domain.slots, domain=self.domain)

    async def keys(self) -> Iterable[str]:
        return self._events.keys()
