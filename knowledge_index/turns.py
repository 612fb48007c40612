"""Long work of a thread beside the event loop: it rests now and then, so that no search waits for its turn.

Python takes the interpreter away from a thread only after five milliseconds.
"""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

ITEMS_A_TURN = 50
REST_SECONDS = 0.0005


def in_turns(items: Iterable[T]) -> Iterator[T]:
    for number, item in enumerate(items, start=1):
        yield item
        if number % ITEMS_A_TURN == 0:
            time.sleep(REST_SECONDS)
