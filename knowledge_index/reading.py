"""The articles in a space that some of them teach, and how near a query lies to each: looked up once an article.

Kept of an article is how long its vectors are there: a few numbers, so that a hundred thousand of them fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_index.embedded import EmbeddedArticle
from knowledge_index.embedder import Key, Vectors
from knowledge_index.space import Space, lengths
from knowledge_index.teaching import Drawn

SHORTEST = 1e-9


@dataclass(frozen=True, slots=True)
class Measure:
    """How long the vectors of an article are in a space, one each, and the sum of its wordings as unit vectors."""

    vectors: Vectors
    middle: float


@dataclass(frozen=True, slots=True)
class Cosines:
    """Of a query to one article: to the middle of its wordings, to each of them, to the sentences of its answer."""

    middle: float
    wordings: list[float]
    answers: list[float]


class Reading:
    def __init__(self, space: Space, key: Key, beyond: Drawn | None) -> None:
        """`beyond` is the first article that teaches the space no more; None if all do."""
        self.space = space
        self.key = key
        self._beyond = beyond
        self._measures: dict[str, Measure] = {}

    def is_taught_by(self, article: Drawn) -> bool:
        """Whether the space would be another one if this article came or went."""
        return self._beyond is None or article <= self._beyond

    def forget(self, article_id: str) -> None:
        self._measures.pop(article_id, None)

    def cosines(self, articles: Sequence[EmbeddedArticle], query: Vectors) -> list[Cosines]:
        """Of all in one product; many small ones took longer than the vectors' index. `query` is one of the space."""
        if not articles:
            return []
        measures = self._known(articles)
        vectors = np.concatenate([held.vectors[self.key] for held in articles])
        found = self.space.facing(vectors, query) / np.concatenate([one.vectors for one in measures])
        every, start, cosines = found.tolist(), 0, []
        for held, measure in zip(articles, measures, strict=True):
            answers, end = start + held.questions, start + len(measure.vectors)
            wordings = every[start:answers]
            cosines.append(Cosines(sum(wordings) / measure.middle, wordings, every[answers:end]))
            start = end
        return cosines

    def lacks(self, article_id: str) -> bool:
        return article_id not in self._measures

    def measured(self, articles: Sequence[EmbeddedArticle]) -> list[Measure]:
        """How long they are here. Changes nothing: any thread may call it."""
        matrices = [held.vectors[self.key] for held in articles]
        moved = self.space.moved(np.concatenate(matrices))
        long = np.maximum(lengths(moved), SHORTEST)
        moved /= long[:, None]
        starts = np.cumsum([0, *map(len, matrices)])
        wordings = [moved[start : start + held.questions].sum(0) for start, held in zip(starts, articles, strict=False)]
        middles = np.maximum(lengths(np.stack(wordings)), SHORTEST)
        parts = np.split(long, starts[1:-1])
        return [Measure(part.copy(), float(middle)) for part, middle in zip(parts, middles, strict=True)]

    def note(
        self, articles: Sequence[EmbeddedArticle], measures: Sequence[Measure], held: Mapping[str, EmbeddedArticle]
    ) -> None:
        """Keep what was `measured`, of the articles that are still `held` as they were."""
        for one, measure in zip(articles, measures, strict=True):
            if held.get(one.article.id) is one:
                self._measures[one.article.id] = measure

    def _known(self, articles: Sequence[EmbeddedArticle]) -> list[Measure]:
        missing = [held for held in articles if self.lacks(held.article.id)]
        if missing:
            self._measures.update(zip((held.article.id for held in missing), self.measured(missing), strict=True))
        return [self._measures[held.article.id] for held in articles]
