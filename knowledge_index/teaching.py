"""Which articles teach a space: all of them while they are few; of many, those whose ids draw the lowest numbers.

An article's number is its own for ever, so another one that comes or goes seldom changes who teaches, and the same
articles have the same teachers, in whatever order they came.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import merge

Drawn = tuple[int, str, int]
"""A number, the article's id, and how many wordings it has."""


def drawn(article_id: str, wordings: int) -> Drawn:
    return int.from_bytes(blake2b(article_id.encode("utf-8", "replace"), digest_size=8).digest()), article_id, wordings


class Teachers:
    """The articles of one language that have vectors of one model, the lowest numbers first."""

    def __init__(self) -> None:
        self._drawn: list[Drawn] = []

    def __iter__(self) -> Iterator[Drawn]:
        return iter(self._drawn)

    def add(self, article: Drawn) -> None:
        insort(self._drawn, article)

    def remove(self, article: Drawn) -> None:
        at = bisect_left(self._drawn, article)
        if self._drawn[at : at + 1] == [article]:
            del self._drawn[at]


def chosen(teachers: Iterable[Teachers], most: int) -> tuple[list[str], Drawn | None]:
    """The ids that teach, in order, `most` wordings at most; and the first that teaches no more, None if all do."""
    found: list[str] = []
    left = most
    for one in merge(*teachers):
        left -= one[2]
        if left < 0:
            return sorted(found), one
        found.append(one[1])
    return sorted(found), None
