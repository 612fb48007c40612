"""The operator's wish to stop, as the signals bring it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The operator asked us to stop."""


class Stop:
    """Remembers the wish, and ends waits by it. A second one ends the process at once; the kernel ends the parts."""

    def __init__(self) -> None:
        self.wished = False
        self.on_wish: Callable[[], None] | None = None

    def wish(self, number: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        if self.wished:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.wished = True
        if self.on_wish:
            self.on_wish()

    def wait(self, seconds: float) -> None:
        """Sleep. Raises Stopped as soon as there is the wish."""
        deadline = time.monotonic() + seconds
        while not self.wished and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        if self.wished:
            raise Stopped


@contextmanager
def listening() -> Iterator[Stop]:
    """A Stop that hears this process's signals. Only in the main thread."""
    stop = Stop()
    before = {number: signal.signal(number, stop.wish) for number in SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
