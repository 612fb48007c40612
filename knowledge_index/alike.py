"""What stands near a draft: articles that its questions are answered from already, and sentences that disagree."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge_index import contradictions, passages, search
from knowledge_index.articles import Article
from knowledge_index.calibration import Decision
from knowledge_index.contradictions import Contradiction
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import CannotEmbed
from knowledge_index.library import Library
from knowledge_index.passages import Passage
from knowledge_index.search import Hit

MOST_PASSAGES = 40
NEAR = 3
"""Articles a passage that are looked at for sentences that disagree."""


@dataclass(frozen=True)
class Neighbour:
    """An article near the draft. `likeness`: the chance that it answers what the draft is asked by.

    `wording` is the draft's own that is nearest to it, `decision` what a customer who wrote that would get.
    """

    article_id: str
    question: str
    language: str
    likeness: float
    decision: Decision
    wording: str
    contradictions: tuple[Contradiction, ...] = ()


@dataclass
class _Found:
    hit: Hit
    likeness: float = 0.0
    decision: Decision = "none"
    wording: str = ""


@dataclass
class _Near:
    by_article: dict[str, _Found] = field(default_factory=dict)

    def note(self, hit: Hit, likeness: float, decision: Decision, wording: str) -> None:
        found = self.by_article.setdefault(hit.article_id, _Found(hit))
        if likeness > found.likeness:
            found.likeness, found.decision, found.wording = likeness, decision, wording


async def neighbours(library: Library, draft: Article) -> list[Neighbour]:
    """The articles in the draft's language that stand near it, the likest first; its translations are not looked at."""
    found = _Near()
    for passage in passages.of(draft)[:MOST_PASSAGES]:
        await _look(library, draft, passage, found)
        await asyncio.sleep(0)
    near = [_neighbour(draft, one) for one in found.by_article.values()]
    return sorted(near, key=lambda one: (-one.likeness, one.article_id))


async def _look(library: Library, draft: Article, passage: Passage, found: _Near) -> None:
    within = search.scope(library.index, draft.language)
    try:
        vector = await library.batcher.vector(Wanted(within.key, "query", passage.text))
    except CannotEmbed:
        return
    result = search.search(
        library.index,
        text=passage.text,
        vector=vector,
        language=draft.language,
        audience="agents",
        k=max(NEAR, search.MAX_CHOICES + 1),
        without=draft.subject,
    )
    for place, hit in enumerate(_hits(result.hits, draft)):
        leads = passage.asks and place == 0
        found.note(hit, result.confidence if leads else 0.0, result.decision if leads else "none", passage.text)


def _hits(hits: tuple[Hit, ...], draft: Article) -> Iterator[Hit]:
    return (hit for hit in hits[:NEAR] if hit.language == draft.language)


def _neighbour(draft: Article, found: _Found) -> Neighbour:
    hit = found.hit
    disagree = contradictions.between(draft.answer, hit.answer, draft.language)
    return Neighbour(
        hit.article_id, hit.question, hit.language, found.likeness, found.decision, found.wording, tuple(disagree)
    )
