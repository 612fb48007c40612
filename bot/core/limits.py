"""Rate limits: so many events in so many seconds for a key, in windows that slide.

Counted in this process here, and for all processes together in `limits_valkey`.
"""

import re
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bot.core import errors, metrics

KEYS_KEPT = 50_000
FORGET_SECONDS = 60.0
SHORTEST_WAIT_SECONDS = 1.0
KIND_ENDS = re.compile("[:@#]")
"""In a key: before it stands what the limit is on, after it whose."""


class Window(NamedTuple):
    """At most `limit` events of `key` in any `seconds`."""

    key: str
    limit: int
    seconds: float


class Limits(Protocol):
    """Who counts. On the event loop only."""

    async def check(self, *windows: Window) -> None:
        """Count one event in each window, or in none: raises RateLimited while one of them has no room."""

    async def forgive(self, *windows: Window) -> None:
        """Take back the newest event of each window."""

    def open(self) -> None: ...
    async def close(self) -> None: ...


class ProcessLimits:
    """Counted in this process. Nothing is awaited, so that an acknowledgement pays for a few list operations alone."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, float], deque[float]] = {}
        self._forget_at = 0.0

    async def check(self, *windows: Window) -> None:
        moment = time.monotonic()
        logs = [self._recent(window, moment) for window in windows]
        full = [
            log[-window.limit] + window.seconds - moment
            for window, log in zip(windows, logs, strict=True)
            if len(log) >= window.limit
        ]
        if full:
            raise refused(max(full), windows)
        for log in logs:
            log.append(moment)

    async def forgive(self, *windows: Window) -> None:
        for window in windows:
            if events := self._events.get((window.key, window.seconds)):
                events.pop()

    def open(self) -> None:
        """Nothing is needed."""

    async def close(self) -> None:
        """Nothing is held open."""

    def _recent(self, window: Window, moment: float) -> deque[float]:
        events = self._events.get((window.key, window.seconds))
        if events is None:
            self._forget_idle(moment)
            events = self._events[window.key, window.seconds] = deque()
        while events and events[0] <= moment - window.seconds:
            events.popleft()
        return events

    def _forget_idle(self, moment: float) -> None:
        """Now and then, where there are many: each look goes through all of them."""
        if len(self._events) < KEYS_KEPT or moment < self._forget_at:
            return
        self._forget_at = moment + FORGET_SECONDS
        for place in [p for p, events in self._events.items() if not events or events[-1] <= moment - p[1]]:
            del self._events[place]


def refused(wait_seconds: float, windows: Sequence[Window]) -> errors.RateLimited:
    """The refusal, counted by what the limit is on: the first word of the key."""
    metrics.RATE_LIMITED.labels(KIND_ENDS.split(windows[0].key)[0]).inc()
    return errors.RateLimited(retry_after=max(SHORTEST_WAIT_SECONDS, wait_seconds))
