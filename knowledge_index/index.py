"""The searchable set of articles: their vectors and words by language, and the versions that decide who is newer.

An article may lie here with its words alone, `lacking` the vectors of one model or both: words find it, meaning does
when they have followed. All calls come from one thread. An operation that brings an older version than the one held
changes nothing, so operations may arrive twice and in any order.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from knowledge_index import space, teaching
from knowledge_index.articles import digest
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import EmbeddedArticle, heights
from knowledge_index.embedder import Key, Vectors
from knowledge_index.lexical import WordIndex
from knowledge_index.reading import Reading
from knowledge_index.teaching import Drawn, Teachers
from knowledge_index.turns import in_turns
from knowledge_index.vectors import VectorIndex

_EDITIONS = itertools.count(1)


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
        self.lacking: dict[Key, dict[str, None]] = {key: {} for key in dimensions}
        self._shelves: dict[Shelf, VectorIndex] = {}
        self._counts: dict[str, int] = defaultdict(int)
        self._subjects: dict[str, dict[str, str]] = defaultdict(dict)
        self._teachers: dict[tuple[str, Key], Teachers] = defaultdict(Teachers)
        self._readings: dict[tuple[Sequence[str], Key], Reading] = {}
        self._digest: str | None = None
        self.edition = next(_EDITIONS)
        """Another number after every change, and in every index: while it is the same, so is what a search finds."""

    def changed(self) -> None:
        self.edition = next(_EDITIONS)
        self._digest = None

    def decide_by(self, calibration: Calibration) -> None:
        self.calibration = calibration
        self.changed()

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

    def complete(self, article_id: str, version: int, vectors: Mapping[Key, Vectors]) -> bool:
        """Add vectors that an article of this version lacks. False, and no change, where it does not."""
        held = self.articles.get(article_id)
        if held is None or held.article.version != version:
            return False
        new = {key: matrix for key, matrix in vectors.items() if self.lacking[key].pop(article_id, True) is None}
        if not new:
            return False
        self.articles[article_id] = replace(held, vectors={**held.vectors, **new})
        self._shelve(held, new)
        self.changed()
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
        self._enter(embedded)
        self._shelve(embedded, embedded.vectors)

    def place_all(self, articles: Iterable[EmbeddedArticle]) -> None:
        """Put many into an index that holds none: much faster than one by one."""
        for embedded in in_turns(articles):
            self._enter(embedded)
        shelved: dict[Shelf, list[tuple[str, Vectors]]] = defaultdict(list)
        for name, held in self.articles.items():
            for key, matrix in held.vectors.items():
                shelved[Shelf(held.article.language, key, held.article.audience)].append((name, matrix))
                self._teachers[held.article.language, key].add(_drawn(held))
        self._shelves = {shelf: self._made(shelf, some) for shelf, some in shelved.items()}

    def _enter(self, embedded: EmbeddedArticle) -> None:
        """All but the vectors."""
        article = embedded.article
        self.take(article.id)
        self.tombstones.pop(article.id, None)
        self.articles[article.id] = embedded
        self._counts[article.language] += 1
        self._subjects[article.subject][article.language] = article.id
        for key in heights(article, embedded.passages):
            if key not in embedded.vectors:
                self.lacking[key][article.id] = None
        if article.language not in self.words:
            self.words[article.language] = WordIndex(article.language)
        words = self.words[article.language]
        words.add(article.id, asked=_texts(embedded, asks=True), answer=_texts(embedded, asks=False))
        self.changed()

    def take(self, article_id: str) -> None:
        """Take an article out, leaving no tombstone."""
        held = self.articles.pop(article_id, None)
        if held is None:
            return
        self.changed()
        language, subject = held.article.language, held.article.subject
        self._counts[language] -= 1
        if self._subjects[subject].get(language) == article_id:
            del self._subjects[subject][language]
        if not self._subjects[subject]:
            del self._subjects[subject]
        self.words[language].remove(article_id)
        for lacking in self.lacking.values():
            lacking.pop(article_id, None)
        for key in held.vectors:
            self._shelf(Shelf(language, key, held.article.audience)).remove(article_id)
            self._teachers[language, key].remove(_drawn(held))
            self._forget(held, key)

    def shelves(self, languages: Iterable[str], key: Key, audience: str) -> Iterator[VectorIndex]:
        """What a reader may see of these languages in one model."""
        wanted = set(languages)
        for shelf, vectors in self._shelves.items():
            if shelf.key == key and shelf.language in wanted and audience in ("agents", shelf.audience):
                yield vectors

    def reading(self, languages: Sequence[str], key: Key) -> Reading:
        """The articles of these languages in the space that they teach; learned at the first call after a change of
        those that teach it."""
        within = (languages, key)
        if within not in self._readings:
            names, beyond = teaching.chosen([self._teachers[one, key] for one in languages], space.MOST_WORDINGS)
            taught = (self._wordings(self.articles[name], key) for name in names)
            usual = np.asarray(self.calibration.centres[key])
            self._readings[within] = Reading(space.learned(taught, usual), key, beyond)
        return self._readings[within]

    def readings(self) -> list[Reading]:
        """Those that were asked for and still hold."""
        return list(self._readings.values())

    def unmeasured(self, reading: Reading) -> list[EmbeddedArticle]:
        """The articles of `reading` that it has not looked up; none once it holds no more."""
        within = next((languages for (languages, _), known in self._readings.items() if known is reading), ())
        teachers = (self._teachers[one, reading.key] for one in within)
        return [self.articles[name] for some in teachers for _, name, _ in some if reading.lacks(name)]

    def _wordings(self, held: EmbeddedArticle, key: Key) -> Vectors:
        return held.vectors[key][: held.questions]

    def languages(self) -> list[str]:
        return sorted(language for language, count in self._counts.items() if count)

    def told_in(self, subject: str) -> Mapping[str, str]:
        """The languages that a subject has an article in, each with the article's id."""
        return self._subjects.get(subject, {})

    def lacks_some(self, language: str) -> bool:
        """Whether some subject has no article in `language`."""
        return len(self._subjects) > self._counts[language]

    def digest(self) -> str:
        if self._digest is None:
            self._digest = digest((article_id, held.article.version) for article_id, held in self.articles.items())
        return self._digest

    def outgrown(self) -> list[VectorIndex]:
        """The shelves that are to be searched in another way: see vectors.py."""
        return [vectors for vectors in self._shelves.values() if vectors.is_outgrown()]

    def _shelve(self, embedded: EmbeddedArticle, vectors: Mapping[Key, Vectors]) -> None:
        article = embedded.article
        for key, matrix in vectors.items():
            self._shelf(Shelf(article.language, key, article.audience)).add(article.id, matrix)
            self._teachers[article.language, key].add(_drawn(embedded))
            self._forget(embedded, key)

    def _forget(self, changed: EmbeddedArticle, key: Key) -> None:
        """What is known of an article that changed, and the spaces that it teaches."""
        for within, reading in list(self._readings.items()):
            if key == within[1] and changed.article.language in within[0]:
                reading.forget(changed.article.id)
                if reading.is_taught_by(_drawn(changed)):
                    del self._readings[within]

    def _shelf(self, shelf: Shelf) -> VectorIndex:
        if shelf not in self._shelves:
            self._shelves[shelf] = self._made(shelf, ())
        return self._shelves[shelf]

    def _made(self, shelf: Shelf, articles: Iterable[tuple[str, Vectors]]) -> VectorIndex:
        return VectorIndex(self.dimensions[shelf.key], partial(self.calibration.centred, shelf.key), articles)


def _drawn(held: EmbeddedArticle) -> Drawn:
    return teaching.drawn(held.article.id, held.questions)


def _texts(embedded: EmbeddedArticle, *, asks: bool) -> Iterator[str]:
    return (passage.text for passage in embedded.passages if passage.asks == asks)


def built(
    calibration: Calibration, dimensions: Mapping[Key, int], articles: Iterable[EmbeddedArticle]
) -> KnowledgeIndex:
    """A fresh index of these articles."""
    index = KnowledgeIndex(calibration, dimensions)
    index.place_all(articles)
    return index
