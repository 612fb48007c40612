"""What a draft would change: questions decided by the articles as they are, and as they would be with it.

Everything is decided on a copy of the index, so that searches beside it see neither the draft nor the work.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge_index import questions, search
from knowledge_index.articles import Article
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import CannotEmbed, Vectors
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.library import Library
from knowledge_index.search import Result

FEW = 20
"""So many questions are embedded like searches; more of them wait behind what customers ask."""

Embedded = Mapping[Wanted, Vectors | CannotEmbed]


@dataclass(frozen=True)
class Question:
    text: str
    language: str


@dataclass(frozen=True)
class Trial:
    """One question: what it gets today, and what it would get with the draft."""

    now: Result
    then: Result


async def tried(
    library: Library, draft: Article | None, asked: Sequence[Question], *, audience: str = "public", k: int = 3
) -> list[Trial]:
    """In the order of `asked`. Without a draft both sides are alike. Raises CannotEmbed for a draft of no words."""
    placed = await library.embedded(draft) if draft else None
    held = list(library.index.articles.values())
    copy = await asyncio.to_thread(built, library.index.calibration, library.index.dimensions, held)
    now = await _decided(library, copy, asked, audience, k)
    if placed is None:
        return [Trial(result, result) for result in now]
    copy.place(placed)
    then = await _decided(library, copy, asked, audience, k)
    return [Trial(*both) for both in zip(now, then, strict=True)]


async def _decided(
    library: Library, index: KnowledgeIndex, asked: Sequence[Question], audience: str, k: int
) -> list[Result]:
    wanted = list(dict.fromkeys(one for question in asked for one in _wanted(index, question)))
    vectors = await library.batcher.vectors(wanted, background=len(asked) > FEW)
    known: Embedded = dict(zip(wanted, vectors, strict=True))
    return await asyncio.to_thread(lambda: [_answer(index, question, known, audience, k) for question in asked])


def _wanted(index: KnowledgeIndex, question: Question) -> Iterator[Wanted]:
    key = search.scope(index, question.language).key
    texts = {question.text, *questions.split(question.text)}
    meant = {search.meant(index, text, question.language) for text in texts}
    yield from (Wanted(key, "query", text) for text in texts | meant if text is not None)
    if search.elsewhere(index, question.language) is not None:
        yield Wanted("multi", "query", question.text)


def _answer(index: KnowledgeIndex, question: Question, known: Embedded, audience: str, k: int) -> Result:
    """As `Library.search` decides: in the question's language, else from what another language alone tells."""
    found = _searched(index, question, known, audience, k)
    vector = known.get(Wanted("multi", "query", question.text))
    if found.decision != "none" or vector is None or isinstance(vector, CannotEmbed):
        return found
    return search.or_elsewhere(index, found, text=question.text, vector=vector, audience=audience, k=k)


def _searched(index: KnowledgeIndex, question: Question, known: Embedded, audience: str, k: int) -> Result:
    """Several questions one by one, and as a whole where none of them is answered."""
    texts = questions.split(question.text)
    if len(texts) > 1:
        parts = [_one(index, Question(text, question.language), known, audience, k) for text in texts]
        answered = next((part for part in parts if part.decision == "answer"), None)
        if answered is not None:
            return replace(answered, parts=tuple(parts))
    return _one(index, question, known, audience, k)


def _one(index: KnowledgeIndex, question: Question, known: Embedded, audience: str, k: int) -> Result:
    found = _read(index, question, known, audience, k)
    meant = None if found.decision == "answer" else search.meant(index, question.text, question.language)
    if meant is None:
        return found
    return search.surer(found, _read(index, replace(question, text=meant), known, audience, k))


def _read(index: KnowledgeIndex, question: Question, known: Embedded, audience: str, k: int) -> Result:
    text, language = question.text, question.language
    vector = known[Wanted(search.scope(index, language).key, "query", text)]
    if isinstance(vector, CannotEmbed):
        return Result("none", 0.0, language, ())
    return search.search(index, text=text, vector=vector, language=language, audience=audience, k=k)
