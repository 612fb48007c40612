"""An article with its vectors: which are needed, in which model and role, and how they are put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from knowledge_index import passages
from knowledge_index.articles import Article
from knowledge_index.embedder import Embedder, Key, Role, Vectors, key_for
from knowledge_index.passages import Passage


@dataclass(frozen=True, slots=True)
class Wanted:
    """One vector that an article needs."""

    key: Key
    role: Role
    text: str


@dataclass(frozen=True)
class EmbeddedArticle:
    """An article with the vectors of its passages by model, in the order of `passages`: questions, then the answer.

    The model of the article's own language has a row for each passage, any other model one for each question.
    """

    article: Article
    passages: tuple[Passage, ...]
    vectors: Mapping[Key, Vectors]

    @cached_property
    def questions(self) -> int:
        """How many passages, from the first, a customer could have written."""
        return sum(passage.asks for passage in self.passages)

    def without(self, variant: str) -> "EmbeddedArticle":
        """The same article as if nobody had ever asked in these words."""
        left = replace(self.article, variants=tuple(text for text in self.article.variants if text != variant))
        kept = tuple(passages.of(left))
        rows = [row for row, passage in enumerate(self.passages) if passage in kept]
        vectors = {key: matrix[[row for row in rows if row < len(matrix)]] for key, matrix in self.vectors.items()}
        return EmbeddedArticle(left, kept, vectors)


def heights(article: Article, found: Sequence[Passage]) -> dict[Key, int]:
    """How many of the passages each of the article's models has a vector for."""
    questions = sum(passage.asks for passage in found)
    return {"en": len(found), "multi": questions} if key_for(article.language) == "en" else {"multi": len(found)}


def wanted(article: Article) -> list[Wanted]:
    """Every vector the article needs, model by model, in the order of its passages.

    Questions meet questions as queries; the sentences of an answer are passages to them. `multi` serves readers of
    other languages than the article's, by its questions alone: that halves the work and they lose nothing by it.
    """
    found = passages.of(article)
    return [
        Wanted(key, "query" if passage.asks else "passage", passage.text)
        for key, height in heights(article, found).items()
        for passage in found[:height]
    ]


def assembled(article: Article, vectors: Sequence[Vectors]) -> EmbeddedArticle:
    """The article with what `wanted` asked for, in the same order."""
    found = tuple(passages.of(article))
    rows = iter(vectors)
    matrices = {
        key: np.ascontiguousarray(np.stack(list(islice(rows, height))), dtype=np.float32)
        for key, height in heights(article, found).items()
    }
    return EmbeddedArticle(article, found, matrices)


def embedded(articles: Sequence[Article], embedders: Mapping[Key, Embedder], batch: int = 32) -> list[EmbeddedArticle]:
    """Articles embedded here and now, without the service: for evaluation."""
    vectors: dict[Wanted, Vectors] = {}
    missing = sorted({one for article in articles for one in wanted(article)}, key=_batch_order)
    for key, role in {(one.key, one.role): None for one in missing}:
        alike = [one for one in missing if (one.key, one.role) == (key, role)]
        for start in range(0, len(alike), batch):
            part = alike[start : start + batch]
            rows = embedders[key].encode([one.text for one in part], role)
            vectors.update(zip(part, rows, strict=True))
    return [assembled(article, [vectors[one] for one in wanted(article)]) for article in articles]


def _batch_order(one: Wanted) -> tuple[str, str, int, str]:
    return one.key, one.role, len(one.text), one.text
