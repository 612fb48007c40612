"""What questions are matched by without any of ours: words alone, and the nearest wording by plain cosine."""

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge_index.client import KnowledgeClient
from knowledge_index.lexical import WordIndex

AT_ONCE = 256
Ranked = list[list[str]]
"""The labels of each question, best first."""


def by_words(wordings: Mapping[str, Sequence[str]], texts: Sequence[str], language: str) -> Ranked:
    """BM25."""
    index = WordIndex(language)
    for label, asked in wordings.items():
        index.add(label, asked=asked)
    found = [index.scores(index.terms(text)) for text in texts]
    return [sorted(scores, key=lambda label: (-scores[label], label)) for scores in found]


async def by_cosine(
    client: KnowledgeClient, wordings: Mapping[str, Sequence[str]], texts: Sequence[str], language: str
) -> Ranked:
    """All wordings in one flat list of vectors."""
    model = "en" if language == "en" else "multi"
    owners = [label for label, asked in wordings.items() for _ in asked]
    known = await _vectors(client, [text for asked in wordings.values() for text in asked], model)
    nearest = np.argsort(-(await _vectors(client, texts, model) @ known.T), axis=1)
    return [list(dict.fromkeys(owners[place] for place in row)) for row in nearest]


async def _vectors(client: KnowledgeClient, texts: Sequence[str], model: str) -> np.ndarray:
    parts = [texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE)]
    return np.vstack([np.array(await client.embed(part, model=model, timeout=300), dtype=np.float32) for part in parts])
