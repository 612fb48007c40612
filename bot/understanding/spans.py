"""Stretches of a text, and which of them stay when they overlap."""

from collections.abc import Iterable, Iterator

Span = tuple[int, int, str]
"""Start, end, kind."""


class Taken:
    """The places of a text that somebody has claimed."""

    def __init__(self, length: int) -> None:
        self._places = bytearray(length)

    def claim(self, start: int, end: int) -> bool:
        """Take the places unless one of them is taken; whether they were free."""
        if any(self._places[start:end]):
            return False
        self._places[start:end] = b"x" * (end - start)
        return True


def apart(spans: Iterable[Span], taken: Taken) -> Iterator[Span]:
    """Those that overlap none before them."""
    return (span for span in spans if taken.claim(span[0], span[1]))
