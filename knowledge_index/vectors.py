"""A flat FAISS index of passage vectors by inner product, grouped by article. Exact, and incremental."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge_index.embedder import Vectors


class VectorIndex:
    """Holds unit vectors. Removing and adding leaves the same search results as building afresh."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._faiss: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._owner: dict[int, str] = {}
        self._rows: dict[str, Any] = {}
        self._next_row = 0

    def __len__(self) -> int:
        return len(self._owner)

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._rows

    def add(self, article_id: str, vectors: Vectors) -> None:
        """Index an article's vectors; one that is there already is replaced."""
        self.remove(article_id)
        rows = np.arange(self._next_row, self._next_row + len(vectors), dtype=np.int64)
        self._next_row += len(vectors)
        self._faiss.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), rows)
        self._owner.update((int(row), article_id) for row in rows)
        self._rows[article_id] = rows

    def remove(self, article_id: str) -> None:
        if article_id in self._rows:
            rows = self._rows.pop(article_id)
            self._faiss.remove_ids(rows)
            for row in rows:
                del self._owner[int(row)]

    def nearest(self, query: Vectors, passages: int) -> Sequence[str]:
        """The articles that own the nearest passages, nearest first."""
        if not self._owner:
            return ()
        _, found = self._faiss.search(query.reshape(1, -1), min(passages, len(self._owner)))
        return tuple(dict.fromkeys(self._owner[int(row)] for row in found[0] if row >= 0))
