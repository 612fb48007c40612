"""The newest vectors by model, role and text, bounded."""

from collections import OrderedDict

from knowledge_index.embedded import Wanted
from knowledge_index.embedder import Vectors

CAPACITY = 20_000
"""About 40 MB of vectors with their texts."""


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
