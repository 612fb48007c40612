"""Rate limits: so many events in so many seconds for a key, counted in this process."""

import threading
import time
from collections import deque

from bot.core import errors

KEYS_KEPT = 50_000


class Limiter:
    """Sliding windows. A refused event does not count."""

    def __init__(self) -> None:
        self._events: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, key: str, *, limit: int, seconds: float) -> None:
        """Count one event for `key`. Raises RateLimited, with the seconds until there is room again."""
        moment = time.monotonic()
        with self._lock:
            events = self._events.get(key)
            if events is None:
                self._forget_idle(moment)
                events = self._events[key] = deque()
            while events and events[0] <= moment - seconds:
                events.popleft()
            if len(events) >= limit:
                raise errors.RateLimited(retry_after=max(1.0, events[0] + seconds - moment))
            events.append(moment)

    def peek(self, key: str, *, limit: int, seconds: float) -> None:
        """Raise RateLimited when `key` has no room; counts nothing."""
        moment = time.monotonic()
        with self._lock:
            recent = [at for at in self._events.get(key, ()) if at > moment - seconds]
        if len(recent) >= limit:
            raise errors.RateLimited(retry_after=max(1.0, recent[0] + seconds - moment))

    def forgive(self, key: str) -> None:
        """Take back the newest event of `key`, if there is one."""
        with self._lock:
            if events := self._events.get(key):
                events.pop()

    def _forget_idle(self, moment: float) -> None:
        if len(self._events) < KEYS_KEPT:
            return
        for key in [key for key, events in self._events.items() if not events or events[-1] < moment - 3600]:
            del self._events[key]
