"""What a backup and a restore say of themselves while they run."""

import time
from collections.abc import Callable, Iterator

Say = Callable[[str], None]
SAY_EVERY_SECONDS = 2.0


def told(name: str, blocks: Iterator[bytes], say: Say) -> Iterator[bytes]:
    """The same blocks of lines; now and then it is said how many lines of a long table have passed."""
    last, done = time.monotonic(), 0
    for block in blocks:
        yield block
        done += block.count(b"\n")
        if time.monotonic() - last > SAY_EVERY_SECONDS:
            last = time.monotonic()
            say(f"{name}: {done:,} rows")
