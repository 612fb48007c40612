"""The passage vectors of one shelf, grouped by article: exact while they are few, in short once they are many.

The change from one to the other is prepared aside (`prepared`, `Prepared.build` in a thread) while the present one
answers, and made between two searches (`switch`). Vectors are kept as they come, in no copy of their own but FAISS's.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge_index.embedder import Vectors
from knowledge_index.rows import CODE_WIDTHS, SAME, Around, Exact, Rows, Short, recall

EXACT_ROWS = 30_000
"""Beyond so many the exact search alone takes more than two of the milliseconds that a search has."""
RECALL = 0.99
"""Of the ten nearest of an exact search, so many must be found in short; else the codes are made finer."""
FEWER = 0.5
"""Below this share of them it is exact again."""


@dataclass
class Prepared:
    """Another index of what was held when it was begun."""

    dimension: int
    around: Around
    held: Mapping[int, Vectors]
    rows: Rows | None = field(default=None)

    def build(self) -> None:
        """Takes seconds: about half a minute for 600,000 vectors."""
        if sum(map(len, self.held.values())) <= EXACT_ROWS:
            self.rows = Exact(self.dimension, self.around)
            self.rows.add_all(self.held)
            return
        for width in CODE_WIDTHS:
            self.rows = Short(self.dimension, self.around, width)
            self.rows.add_all(self.held)
            if recall(self.rows, self.held, self.around) >= RECALL:
                return


class VectorIndex(Collection[str]):
    """Articles by the vectors they hold. Removing and adding leaves the same search results as building afresh."""

    def __init__(self, dimension: int, around: Around, articles: Iterable[tuple[str, Vectors]] = ()) -> None:
        self._dimension, self._around = dimension, around
        self._places: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._held: dict[int, Vectors] = {}
        self._next = 0
        for name, vectors in articles:
            self._hold(name, vectors)
        self._rows: Rows = self._built(self.prepared())

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._places

    @property
    def is_exact(self) -> bool:
        return isinstance(self._rows, Exact)

    def add(self, article_id: str, vectors: Vectors) -> None:
        """Index an article's vectors; one that is there already is replaced."""
        self.remove(article_id)
        self._rows.add(self._hold(article_id, vectors), vectors)

    def remove(self, article_id: str) -> None:
        if article_id in self._places:
            place = self._places.pop(article_id)
            del self._names[place], self._held[place]
            self._rows.remove(place)

    def nearest(self, query: Vectors, passages: int) -> Sequence[str]:
        """The articles that own the nearest passages, nearest first. `query` is a unit vector around the centre.

        Of those as near as the last one, the names that come first are taken: equal indexes answer equally.
        """
        if not self._places:
            return ()
        near = self._rows.nearest(query, passages)
        last = near[:passages][-1][0] + SAME
        nearer = [self._names[place] for cosine, place in near if cosine > last]
        as_near = sorted(self._names[place] for cosine, place in near if cosine <= last)
        return list(dict.fromkeys([*nearer, *as_near[: passages - len(nearer)]]))

    def is_outgrown(self) -> bool:
        """Whether another index than the present one is to be prepared."""
        if self.is_exact:
            return len(self._rows) > EXACT_ROWS
        return self._rows.is_worn() or len(self._rows) < EXACT_ROWS * FEWER

    def prepared(self) -> Prepared:
        return Prepared(self._dimension, self._around, dict(self._held))

    def switch(self, prepared: Prepared) -> None:
        """Search what was built from now on, with what has come and gone since it was begun."""
        rows = self._built(prepared)
        for place in prepared.held.keys() - self._held.keys():
            rows.remove(place)
        for place in sorted(self._held.keys() - prepared.held.keys()):
            rows.add(place, self._held[place])
        self._rows = rows

    def _built(self, prepared: Prepared) -> Rows:
        if prepared.rows is None:
            prepared.build()
        assert prepared.rows is not None
        return prepared.rows

    def _hold(self, article_id: str, vectors: Vectors) -> int:
        place, self._next = self._next, self._next + 1
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._places[article_id], self._names[place], self._held[place] = place, article_id, vectors
        return place
