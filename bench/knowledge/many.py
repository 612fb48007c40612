"""Articles by the hundred thousand, made up: their words are the starter articles', so are the ways vectors scatter.

A subject lies where real ones do, moved by the differences between real ones; a wording lies beside its subject as
the real wordings of one article lie beside each other. Seeded: the same number gives the same articles.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_index import seed
from knowledge_index.articles import Article
from knowledge_index.embedded import EmbeddedArticle, embedded, heights
from knowledge_index.embedder import Embedder, Key, Vectors, key_for
from knowledge_index.passages import Passage, of
from knowledge_index.text import clean, is_chinese

WORDINGS, SENTENCES = 3, 3
MOVES = 3
"""Differences between real subjects, and between real wordings, that one made-up one is put together from."""
AT_ONCE = 2_000
KEPT_WORDS = 0.6
"""How much of a wording a customer's question has in common with it."""


@dataclass(frozen=True)
class Asked:
    """A question for one of the articles, in none of its own words in a row."""

    text: str
    language: str
    vector: Vectors
    article_id: str


@dataclass(frozen=True)
class _Scatter:
    """Where the real articles of a language lie in one model, and how their wordings lie around them."""

    subjects: Vectors
    wordings: Vectors

    def subject(self, chance: np.random.Generator, many: int) -> Vectors:
        start = self.subjects[chance.integers(len(self.subjects), size=many)]
        return start + 0.7 * _moved(chance, self.subjects - self.subjects.mean(0), many)

    def around(self, chance: np.random.Generator, subjects: Vectors) -> Vectors:
        moved = subjects + _moved(chance, self.wordings, len(subjects))
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


def _moved(chance: np.random.Generator, differences: Vectors, many: int) -> Vectors:
    """Sums of real differences, as wide as one of them."""
    picked = differences[chance.integers(len(differences), size=(many, MOVES))]
    weights = chance.normal(size=(many, MOVES, 1)) / np.sqrt(MOVES)
    return np.asarray((picked * weights).sum(1), dtype=np.float32)


class Many:
    """Made-up articles of one language. `question(n)` asks for the n-th of them."""

    def __init__(self, language: str, embedders: Mapping[Key, Embedder]) -> None:
        self.language = language
        self._real = [article for article in map(Article.from_wire, seed.articles()) if article.language == language]
        held = embedded(self._real, embedders)
        self._scatters: dict[Key, _Scatter] = {key: _scatter(held, key) for key in held[0].vectors}
        self._asking = _pieces(text for one in self._real for text in (one.question, *one.variants))
        self._telling = _pieces(one.answer for one in self._real)
        self._subjects: dict[int, dict[Key, Vectors]] = {}

    def articles(self, many: int) -> Iterator[EmbeddedArticle]:
        for start in range(0, many, AT_ONCE):
            yield from self._some(start, min(AT_ONCE, many - start))

    def questions(self, many: int, of_articles: Sequence[EmbeddedArticle]) -> list[Asked]:
        """For articles from all over."""
        chance = np.random.default_rng(97)
        picked = [of_articles[place] for place in chance.integers(len(of_articles), size=many)]
        key = key_for(self.language)
        middles = np.stack([held.vectors[key][: held.questions].mean(0) for held in picked])
        vectors = self._scatters[key].around(chance, middles)
        return [
            Asked(self._asked(chance, held.article.question), self.language, vector, held.article.id)
            for held, vector in zip(picked, vectors, strict=True)
        ]

    def _some(self, start: int, many: int) -> Iterator[EmbeddedArticle]:
        chance = np.random.default_rng((start, len(self.language), ord(self.language[0])))
        texts = [self._text(chance, start + place) for place in range(many)]
        found = [tuple(of(article)) for article in texts]
        matrices = {key: self._matrices(chance, key, texts, found) for key in self._scatters}
        for place, article in enumerate(texts):
            vectors: dict[Key, Vectors] = {key: rows[place] for key, rows in matrices.items()}
            yield EmbeddedArticle(article, found[place], vectors)

    def _matrices(
        self, chance: np.random.Generator, key: Key, articles: Sequence[Article], found: Sequence[Sequence[Passage]]
    ) -> list[Vectors]:
        tall = [heights(article, passages)[key] for article, passages in zip(articles, found, strict=True)]
        subjects = np.repeat(self._scatters[key].subject(chance, len(articles)), tall, axis=0)
        return np.split(self._scatters[key].around(chance, subjects), np.cumsum(tall)[:-1])

    def _text(self, chance: np.random.Generator, number: int) -> Article:
        question, *variants = (self._said(chance, self._asking, 4, 8) for _ in range(WORDINGS))
        answer = " ".join(self._said(chance, self._telling, 7, 14) + "." for _ in range(SENTENCES))
        return Article(f"made-{number:06}.{self.language}", 1, self.language, question, answer, tuple(variants))

    def _said(self, chance: np.random.Generator, pieces: Sequence[str], fewest: int, most: int) -> str:
        picked = chance.integers(len(pieces), size=int(chance.integers(fewest, most + 1)))
        return ("" if self.language == "zh" else " ").join(pieces[place] for place in picked)

    def _asked(self, chance: np.random.Generator, wording: str) -> str:
        words = list(wording) if self.language == "zh" else wording.split()
        kept = [word for word in words if chance.random() < KEPT_WORDS]
        return ("" if self.language == "zh" else " ").join([*kept, self._said(chance, self._asking, 1, 3)])


def _scatter(held: Sequence[EmbeddedArticle], key: Key) -> _Scatter:
    groups = [one.vectors[key][: one.questions] for one in held]
    middles = np.stack([group.mean(0) for group in groups])
    return _Scatter(middles, np.vstack([group - group.mean(0) for group in groups]))


def _pieces(texts: Iterator[str]) -> list[str]:
    """Words as often as they are said; of Chinese, pieces of two characters."""
    found = []
    for text in map(clean, texts):
        for word in text.split():
            bare = word.strip(".,;:!?()\"'，。！？；：、（）")
            found += [bare[at : at + 2] for at in range(0, len(bare), 2)] if is_chinese(bare) else [bare]
    return [piece for piece in found if piece]
