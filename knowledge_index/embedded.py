"""An article with its vectors: which are needed, in which model and role, and how they are put together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    """An article with one vector a passage for each of its models; `passages` and rows share their order."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: Mapping[Key, Vectors]

    def without(self, variant: str) -> "EmbeddedArticle":
        """The same article as if nobody had ever asked in these words."""
        left = replace(self.article, variants=tuple(text for text in self.article.variants if text != variant))
        kept = tuple(passages.of(left))
        rows = [row for row, passage in enumerate(self.passages) if passage in kept]
        return EmbeddedArticle(left, kept, {key: matrix[rows] for key, matrix in self.vectors.items()})


def keys_of(language: str) -> tuple[Key, ...]:
    """The models that an article of the language is embedded with: its own, and `multi` for all other readers."""
    return ("en", "multi") if key_for(language) == "en" else ("multi",)


def wanted(article: Article) -> list[Wanted]:
    """Every vector the article needs, model by model, in the order of its passages.

    Questions meet questions as queries; the sentences of an answer are passages to them.
    """
    return [
        Wanted(key, "query" if passage.asks else "passage", passage.text)
        for key in keys_of(article.language)
        for passage in passages.of(article)
    ]


def assembled(article: Article, vectors: Sequence[Vectors]) -> EmbeddedArticle:
    """The article with what `wanted` asked for, in the same order."""
    found = tuple(passages.of(article))
    return EmbeddedArticle(article, found, dict(zip(keys_of(article.language), _cut(vectors, len(found)), strict=True)))


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


def _cut(vectors: Sequence[Vectors], height: int) -> Iterator[Vectors]:
    for start in range(0, len(vectors), height):
        yield np.ascontiguousarray(np.stack(vectors[start : start + height]), dtype=np.float32)
