"""Articles with vectors out of a hat: for tests about keeping, not about meaning."""

import numpy as np

from knowledge_index import search
from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import EmbeddedArticle, assembled, wanted
from knowledge_index.index import KnowledgeIndex

DIMENSIONS = {"en": 384, "multi": 384}


def made_up(
    name: str, version: int = 1, language: str = "en", seed: int = 0, audience: str = "public"
) -> EmbeddedArticle:
    chance = np.random.default_rng(sum(map(ord, name)) * 31 + version)
    article = Article(
        id=f"{name}.{language}",
        version=version,
        language=language,
        question=f"question {name} {version}",
        variants=tuple(f"variant {name} {number}" for number in range(int(chance.integers(0, 4)))),
        answer=f"The answer about {name}. It has two sentences.",
        audience=audience,  # type: ignore[arg-type]
    )
    vectors = chance.normal(size=(len(wanted(article)), 384)).astype(np.float32)
    return assembled(article, list(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)))


def empty() -> KnowledgeIndex:
    return KnowledgeIndex(Calibration.read(), DIMENSIONS)  # type: ignore[arg-type]


def everything(index: KnowledgeIndex) -> list[search.Result]:
    """All that a search can see, for a few questions."""
    chance = np.random.default_rng(9)
    queries = chance.normal(size=(5, 384)).astype(np.float32)
    return [
        search.search(index, text=f"question a {n}", vector=query, language=language, audience=audience, k=20)
        for n, query in enumerate(queries)
        for language in ("en", "zh", "fr")
        for audience in ("public", "agents")
    ]
