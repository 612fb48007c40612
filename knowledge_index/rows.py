"""Vectors in a FAISS index, by the place of the article that owns them: exactly, or in short for very many.

A place is a number that one article has once. `nearest` gives the nearest vectors, nearest first: how near each is, and
the place that owns it. FAISS takes no more threads than OMP_NUM_THREADS says, and no lock of Python's while it works.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping
from heapq import nlargest
from typing import Any, Protocol

import numpy as np

from knowledge_index.embedder import Vectors

Around = Callable[[Vectors], Vectors]
"""Takes vectors of the model to unit vectors around its centre."""
Near = tuple[float, int]
"""A cosine, and the place that owns the vector."""
SAME = 1e-5
"""Vectors of the same words differ by less, however they were made; nearer ones are told apart by nothing."""

PLACE_BITS = 10
"""Rows of one place: an article has 100 variants, its question, and 12 sentences at most."""
CODE_WIDTHS = (4, 2, 1)
"""Numbers a code: the widest is taken that still finds what an exact search finds."""
CODE_BITS = 4
LEARN_FROM = 10_000
LEARNING_ROUNDS = 10
LOOKED_AT = 400
"""So many by their codes; these are then looked at exactly."""
AT_ONCE = 20_000
ASKED, NEAR, RECALL_AT = 100, 100, 10


class Rows(Protocol):
    def __len__(self) -> int: ...

    def add(self, place: int, vectors: Vectors) -> None: ...

    def remove(self, place: int) -> None: ...

    def nearest(self, query: Vectors, many: int) -> list[Near]: ...

    def is_worn(self) -> bool: ...


class Exact:
    """All of them, number by number."""

    def __init__(self, dimension: int, around: Around) -> None:
        import faiss

        self._faiss: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._around = around
        self._tall: dict[int, int] = {}

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    def add(self, place: int, vectors: Vectors) -> None:
        self.add_all({place: vectors})

    def add_all(self, held: Mapping[int, Vectors]) -> None:
        for matrix, places in _in_parts(held):
            rows = np.concatenate([np.arange(len(held[place])) + (place << PLACE_BITS) for place in places])
            self._faiss.add_with_ids(self._around(matrix), rows)
        self._tall.update((place, len(vectors)) for place, vectors in held.items())

    def remove(self, place: int) -> None:
        self._faiss.remove_ids(np.arange(self._tall.pop(place)) + (place << PLACE_BITS))

    def nearest(self, query: Vectors, many: int) -> list[Near]:
        """And whatever is as near as the last of them: which of equals was added first must not matter."""
        asked = query.reshape(1, -1)
        cosines, rows = (found[0] for found in self._faiss.search(asked, min(many + 1, len(self))))
        if len(rows) > many and cosines[many] > cosines[many - 1] - SAME:
            _, cosines, rows = self._faiss.range_search(asked, float(cosines[many - 1]) - SAME)
            order = np.argsort(-cosines, kind="stable")
            cosines, rows = cosines[order], rows[order]
        else:
            cosines, rows = cosines[:many], rows[:many]
        return list(zip(cosines.tolist(), (rows >> PLACE_BITS).tolist(), strict=True))

    def is_worn(self) -> bool:
        return False


class Short:
    """Some numbers of a vector as one of sixteen, 48 bytes for 1,536. What comes near is looked at exactly.

    The codes are learned from some of the vectors, evenly from among them; no code is changed by what comes or goes.
    A removed vector stays behind, owned by nobody, until too many have: then `is_worn`.
    """

    def __init__(self, dimension: int, around: Around, width: int) -> None:
        import faiss

        codes = dimension // width
        self._faiss: Any = faiss.IndexPQFastScan(dimension, codes, CODE_BITS, faiss.METRIC_INNER_PRODUCT)
        self._faiss.pq.cp.niter = LEARNING_ROUNDS
        self._around = around
        self._held: dict[int, Vectors] = {}
        self._places, self._row = array("q"), array("i")
        self._learned_from = self._gone = 0

    def __len__(self) -> int:
        return len(self._places) - self._gone

    def add_all(self, held: Mapping[int, Vectors]) -> None:
        """The first ones; the codes are learned from them."""
        self._learned_from = sum(map(len, held.values()))
        step = max(1, self._learned_from // LEARN_FROM)
        sample = np.vstack([matrix[::step] for matrix, _ in _in_parts(held)])
        self._faiss.train(self._around(sample))
        for matrix, places in _in_parts(held):
            self._add(matrix, places, held)

    def add(self, place: int, vectors: Vectors) -> None:
        self._add(vectors, [place], {place: vectors})

    def _add(self, matrix: Vectors, places: Iterable[int], held: Mapping[int, Vectors]) -> None:
        self._faiss.add(self._around(matrix))
        for place in places:
            self._held[place] = held[place]
            self._places.extend([place] * len(held[place]))
            self._row.extend(range(len(held[place])))

    def remove(self, place: int) -> None:
        self._gone += len(self._held.pop(place))

    def nearest(self, query: Vectors, many: int) -> list[Near]:
        _, found = self._faiss.search(query.reshape(1, -1), min(max(LOOKED_AT, many), len(self._places)))
        at = found[0][found[0] >= 0]
        places = np.frombuffer(self._places, dtype=np.int64)[at].tolist()
        rows = np.frombuffer(self._row, dtype=np.int32)[at].tolist()
        near = [(place, row) for place, row in zip(places, rows, strict=True) if place in self._held]
        if not near:
            return []
        cosines = self._around(np.array([self._held[place][row] for place, row in near])) @ query
        return [(float(cosines[at]), near[at][0]) for at in np.argsort(-cosines, kind="stable")[:many].tolist()]

    def is_worn(self) -> bool:
        """Whether the codes are to be learned anew: of many other vectors by now, or of many that are gone."""
        return self._gone * 5 > len(self._places) or len(self) > 4 * self._learned_from


def _in_parts(held: Mapping[int, Vectors]) -> Iterable[tuple[Vectors, list[int]]]:
    """The vectors of several places in one piece, and the places: so that no second copy of all is needed."""
    places: list[int] = []
    tall = 0
    for place, vectors in held.items():
        places.append(place)
        tall += len(vectors)
        if tall >= AT_ONCE:
            yield np.concatenate([held[one] for one in places]), places
            places, tall = [], 0
    if places:
        yield np.concatenate([held[one] for one in places]), places


def recall(rows: Rows, held: Mapping[int, Vectors], around: Around) -> float:
    """How many of the places nearest to some of the vectors `rows` finds, of those that an exact search does."""
    step = max(1, len(held) // ASKED)
    queries = around(np.stack([vectors[0] for vectors in list(held.values())[::step]]))
    shares = [
        len({*exact} & {*owners(rows.nearest(query, NEAR))[: len(exact)]}) / len(exact)
        for query, exact in zip(queries, _exactly(held, around, queries), strict=True)
    ]
    return sum(shares) / len(shares)


def owners(near: Iterable[Near]) -> list[int]:
    """The places, each once."""
    return list(dict.fromkeys(place for _, place in near))


def _exactly(held: Mapping[int, Vectors], around: Around, queries: Vectors) -> list[list[int]]:
    """The places of the RECALL_AT nearest vectors, a list for each query."""
    near: list[list[Near]] = [[] for _ in queries]
    for matrix, places in _in_parts(held):
        owned = np.repeat(places, [len(held[place]) for place in places])
        cosines = queries @ around(matrix).T
        for found, row in zip(near, cosines, strict=True):
            best = np.argsort(-row)[:RECALL_AT]
            found += zip(row[best].tolist(), owned[best].tolist(), strict=True)
    return [owners(nlargest(RECALL_AT, found)) for found in near]
