"""The newest vectors by model, role and text, and the newest results by what was asked. Both bounded, and in memory
alone: what customers wrote ends with the process."""

from collections import OrderedDict
from collections.abc import Hashable

from knowledge_index.embedded import Wanted
from knowledge_index.embedder import Vectors
from knowledge_index.search import Result

CAPACITY = 20_000
"""About 40 MB of vectors with their texts."""
RESULTS = 5_000
"""About 10 MB: the articles' words in them are the index's own."""


class VectorCache:
    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._vectors: OrderedDict[Wanted, Vectors] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._vectors)

    def get(self, wanted: Wanted) -> Vectors | None:
        vector = self._vectors.get(wanted)
        if vector is None:
            self.misses += 1
            return None
        self.hits += 1
        self._vectors.move_to_end(wanted)
        return vector

    def put(self, wanted: Wanted, vector: Vectors) -> None:
        self._vectors[wanted] = vector
        self._vectors.move_to_end(wanted)
        if len(self._vectors) > self._capacity:
            self._vectors.popitem(last=False)


class ResultCache:
    """Results of one edition of the index: with the first of the next one, all that were found before are forgotten."""

    def __init__(self, capacity: int = RESULTS) -> None:
        self._capacity = capacity
        self._edition = 0
        self._results: OrderedDict[Hashable, Result] = OrderedDict()

    def get(self, asked: Hashable, edition: int) -> Result | None:
        if edition != self._edition or asked not in self._results:
            return None
        self._results.move_to_end(asked)
        return self._results[asked]

    def put(self, asked: Hashable, found: Result, edition: int) -> None:
        if edition != self._edition:
            self._results.clear()
            self._edition = edition
        self._results[asked] = found
        if len(self._results) > self._capacity:
            self._results.popitem(last=False)
