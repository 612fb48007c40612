"""Which articles use a term, and how often: arrays that grow and shrink one article at a time, and scores by place.

An article has a place, a small number, while it is held. What a term counts in each of its articles is remembered
until an article changes, since all lengths are measured by the usual one.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WIDER = 8
LOWEST = 1e-3
"""What scores less is not told from the rest when the highest are looked for."""


class Postings:
    """The articles of one term, in no order: their places, and how often each is asked and answers with it."""

    __slots__ = ("_answer", "_asked", "_heard", "_places")

    def __init__(self) -> None:
        self._places, self._asked, self._answer = array("i"), array("i"), array("i")
        self._heard: tuple[int, NDArray[np.int32], Floats] | None = None

    def __len__(self) -> int:
        return len(self._places)

    def add(self, place: int, asked: int, answer: int) -> None:
        self._places.append(place)
        self._asked.append(asked)
        self._answer.append(answer)
        self._heard = None

    def remove(self, place: int) -> None:
        at = self._places.index(place)
        for column in (self._places, self._asked, self._answer):
            column[at] = column[-1]
            column.pop()
        self._heard = None

    def heard(self, lengths: "Lengths", most: float) -> tuple[NDArray[np.int32], Floats]:
        """The places, and what the term counts there: less with every repeat, so that it stays below 1."""
        if self._heard is None or self._heard[0] != lengths.changes:
            places = np.array(self._places, dtype=np.int32)
            asked_share, answer_share = lengths.shares()
            often = np.array(self._asked) * asked_share[places] + np.array(self._answer) * answer_share[places]
            self._heard = lengths.changes, places, often / (often + most)
        return self._heard[1], self._heard[2]


class Lengths:
    """How many terms each place asks and answers with, and what one of them counts for there.

    `flatness` is BM25's b; a term of the answer counts `answer_share` of one that is asked with.
    """

    def __init__(self, flatness: float, answer_share: float) -> None:
        self.changes = 0
        self._flatness, self._answer_share = flatness, answer_share
        self._asked, self._answer = array("q"), array("q")
        self._totals = [0, 0]
        self._held = 0
        self._shares: tuple[Floats, Floats] | None = None

    def __len__(self) -> int:
        """How many places there are, empty ones counted."""
        return len(self._asked)

    def grow(self) -> int:
        """A new place."""
        self._asked.append(0)
        self._answer.append(0)
        return len(self._asked) - 1

    def note(self, place: int, asked: int, answer: int) -> None:
        self._asked[place], self._answer[place] = asked, answer
        self._changed(asked, answer, 1)

    def forget(self, place: int) -> None:
        self._changed(-self._asked[place], -self._answer[place], -1)
        self._asked[place] = self._answer[place] = 0

    def shares(self) -> tuple[Floats, Floats]:
        """What a term that is said once in each field counts, allowing for the field's length, by place."""
        if self._shares is None:
            asked, answer = (self._length(own, total) for own, total in zip(self._columns(), self._totals, strict=True))
            self._shares = 1 / asked, self._answer_share / answer
        return self._shares

    def _columns(self) -> tuple[Floats, Floats]:
        return np.array(self._asked, dtype=np.float64), np.array(self._answer, dtype=np.float64)

    def _length(self, own: Floats, total: int) -> Floats:
        usual = total / self._held if total else 1.0
        return 1 - self._flatness + self._flatness * own / usual

    def _changed(self, asked: int, answer: int, articles: int) -> None:
        self._totals[0] += asked
        self._totals[1] += answer
        self._held += articles
        self.changes += 1
        self._shares = None


class Scores(Mapping[str, float]):
    """The articles that share a term with a query, by name. They hold until an article changes."""

    def __init__(self, scores: Floats, places: Mapping[str, int], names: Sequence[str | None]) -> None:
        self._scores, self._places, self._names = scores, places, names

    def __getitem__(self, name: str) -> float:
        found = float(self._scores[self._places[name]])
        if not found:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return self._named(np.flatnonzero(self._scores))

    def __len__(self) -> int:
        return int(np.count_nonzero(self._scores))

    def of(self, name: str) -> float:
        """0 where nothing is shared."""
        return float(self._scores[self._places[name]]) if name in self._places else 0.0

    def best(self, many: int, among: Collection[str]) -> list[str]:
        """The `many` best of `among`, best first, by name where they are equal."""
        if len(among) * WIDER < len(self._scores):
            return self._first(many, (name for name in among if self.of(name)))
        wide = many
        while True:
            wide *= WIDER
            found = [name for name in self._named(self._highest(wide)) if name in among]
            if len(found) >= many or wide >= len(self._scores):
                return self._first(many, found)

    def _highest(self, many: int) -> NDArray[Any]:
        """The places of the `many` highest, and of those that are as high as the last of them."""
        bar = float(self._scores.max(initial=0.0))
        places = np.flatnonzero(self._scores > bar)
        while len(places) < many and bar:
            bar = bar / 2 if bar > LOWEST else 0.0
            places = np.flatnonzero(self._scores > bar)
        if len(places) <= many:
            return places
        high = self._scores[places]
        lowest = float(np.partition(high, -many)[-many])
        return np.asarray(places[high >= lowest])

    def _first(self, many: int, names: Iterable[str]) -> list[str]:
        scored = [(-self.of(name), name) for name in names]
        return [name for _, name in nsmallest(many, scored)]

    def _named(self, places: NDArray[Any]) -> Iterator[str]:
        return (name for name in map(self._names.__getitem__, places.tolist()) if name is not None)
