"""The searchable set of articles: their vectors and words by language, and the versions that decide who is newer.

All calls come from one thread. An operation that brings an older version than the one held changes nothing, so
operations may arrive twice and in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge_index.articles import digest
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import EmbeddedArticle
from knowledge_index.embedder import Key
from knowledge_index.lexical import WordIndex
from knowledge_index.vectors import VectorIndex


@dataclass(frozen=True)
class Shelf:
    """The vectors of the articles of one language, one model and one audience."""

    language: str
    key: Key
    audience: str


class KnowledgeIndex:
    def __init__(self, calibration: Calibration, dimensions: Mapping[Key, int]) -> None:
        self.calibration = calibration
        self.dimensions = dimensions
        self.articles: dict[str, EmbeddedArticle] = {}
        self.tombstones: dict[str, int] = {}
        self.words: dict[str, WordIndex] = {}
        self._shelves: dict[Shelf, VectorIndex] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def version_of(self, article_id: str) -> int:
        """The newest version heard of, deleted or not; 0 for an unknown article."""
        held = self.articles.get(article_id)
        return max(held.article.version if held else 0, self.tombstones.get(article_id, 0))

    def put(self, embedded: EmbeddedArticle) -> bool:
        """Add or replace an article. False, and no change, unless it is newer than what was heard of it."""
        if embedded.article.version <= self.version_of(embedded.article.id):
            return False
        self.place(embedded)
        return True

    def delete(self, article_id: str, version: int) -> bool:
        """Take an article away. A held version up to `version` goes; a newer one stays."""
        if version < self.version_of(article_id) or self.tombstones.get(article_id) == version:
            return False
        self.tombstones[article_id] = version
        self.take(article_id)
        return True

    def place(self, embedded: EmbeddedArticle) -> None:
        """Put an article in whatever its version."""
        article = embedded.article
        self.take(article.id)
        self.tombstones.pop(article.id, None)
        self.articles[article.id] = embedded
        self._counts[article.language] += 1
        for key, matrix in embedded.vectors.items():
            shelf = self._shelf(Shelf(article.language, key, article.audience))
            shelf.add(article.id, self.calibration.centred(key, matrix))
        words = self.words.setdefault(article.language, WordIndex(article.language))
        words.add(article.id, (passage.text for passage in embedded.passages))

    def take(self, article_id: str) -> None:
        """Take an article out, leaving no tombstone."""
        held = self.articles.pop(article_id, None)
        if held is None:
            return
        language = held.article.language
        self._counts[language] -= 1
        self.words[language].remove(article_id)
        for key in held.vectors:
            self._shelf(Shelf(language, key, held.article.audience)).remove(article_id)

    def shelves(self, languages: Iterable[str], key: Key, audience: str) -> Iterator[VectorIndex]:
        """What a reader may see of these languages in one model."""
        wanted = set(languages)
        for shelf, vectors in self._shelves.items():
            if shelf.key == key and shelf.language in wanted and audience in ("agents", shelf.audience):
                yield vectors

    def languages(self) -> list[str]:
        return sorted(language for language, count in self._counts.items() if count)

    def digest(self) -> str:
        return digest((article_id, held.article.version) for article_id, held in self.articles.items())

    def _shelf(self, shelf: Shelf) -> VectorIndex:
        if shelf not in self._shelves:
            self._shelves[shelf] = VectorIndex(self.dimensions[shelf.key])
        return self._shelves[shelf]


def built(
    calibration: Calibration, dimensions: Mapping[Key, int], articles: Iterable[EmbeddedArticle]
) -> KnowledgeIndex:
    """A fresh index of these articles."""
    index = KnowledgeIndex(calibration, dimensions)
    for embedded in articles:
        index.place(embedded)
    return index
