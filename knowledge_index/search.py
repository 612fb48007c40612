"""Hybrid search and its decision: answer, offer choices, or admit to know nothing.

Vectors find, words confirm; both are weighed by measurement, by language. The decision comes from a calibrated
model of several kinds of evidence, because no single similarity tells "asked otherwise" from "asked something else".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from operator import mul
from typing import get_args

import numpy as np

from knowledge_index.articles import Article
from knowledge_index.calibration import SAME_WORDS, SHARED_WORD, Decision, Judge
from knowledge_index.embedder import Key, Vectors, key_for
from knowledge_index.index import KnowledgeIndex
from knowledge_index.lexical import is_word
from knowledge_index.postings import Scores
from knowledge_index.reading import Cosines
from knowledge_index.text import clean

REPLY_LANGUAGES = ("en", "zh")
DECISIONS = get_args(Decision)[::-1]
"""The more is decided, the later."""
ACROSS = "other"
"""The judge of texts that are searched in all languages at once."""

NEAREST_PASSAGES = 100
NEAREST_BY_WORDS = 10
POOLED_PASSAGES = 5
POOLING_WEIGHTS = tuple(0.5**place for place in range(POOLED_PASSAGES))
RIVALS = 5
MAX_CHOICES = 3
CHOICE_GAP = 0.2
"""A hit this far below the first is not offered as a choice."""


@dataclass(frozen=True)
class Candidate:
    """One article against one query: cosines in the articles' space, words and `score` as shares of 1."""

    article: Article
    middle: float
    pooled: float
    best_question: float
    lexical: float
    score: float


@dataclass(frozen=True)
class Hit:
    article_id: str
    question: str
    answer: str
    language: str
    score: float


@dataclass(frozen=True)
class Result:
    """`confidence` is the probability that the first hit answers the question, whatever the decision.

    `parts`: what each question of a text that asks several got; the rest is then the first answered one's.
    """

    decision: Decision
    confidence: float
    language: str
    hits: tuple[Hit, ...]
    parts: tuple["Result", ...] = ()


@dataclass(frozen=True)
class Scope:
    """Which languages' articles a text is held against, in which model's space, and who judges the outcome."""

    languages: tuple[str, ...]
    key: Key
    judge: str


def scope(index: KnowledgeIndex, language: str) -> Scope:
    """A language with articles of its own stays in it; any other searches all articles through `multi`."""
    own = _own(language)
    if own in REPLY_LANGUAGES and own in index.languages():
        return Scope((own,), key_for(own), own)
    return Scope(tuple(index.languages()), "multi", ACROSS)


def _own(language: str) -> str:
    return language.lower().split("-")[0]


def search(
    index: KnowledgeIndex,
    *,
    text: str,
    vector: Vectors,
    language: str,
    audience: str = "public",
    k: int = 3,
    without: str | None = None,
    within: Scope | None = None,
) -> Result:
    """Decide and list the `k` nearest articles. `vector` is the text's in the model that the scope names."""
    within = within or scope(index, language)
    ranked = rank(index, text=text, vector=vector, language=language, audience=audience, without=without, within=within)
    if not ranked:
        return Result("none", 0.0, language, ())
    judge = index.calibration.judge(within.judge)
    decision, confidence = judge.decide(evidence(index, text, ranked, judge.background))
    return Result(decision, round(confidence, 4), language, tuple(_hit(found) for found in _shown(decision, ranked, k)))


def rank(
    index: KnowledgeIndex,
    *,
    text: str,
    vector: Vectors,
    language: str,
    audience: str = "public",
    without: str | None = None,
    within: Scope | None = None,
) -> list[Candidate]:
    """The candidates, best first, one a subject; ties break by id so that equal indexes answer equally.

    `without` is a subject whose articles are passed over.
    """
    within = within or scope(index, language)
    judge = index.calibration.judge(within.judge)
    around = index.calibration.centred(within.key, vector)
    reading = index.reading(within.languages, within.key)
    query = reading.space.apply(vector)
    words = None if within.judge == ACROSS else _word_scores(index, text, within.languages[0])
    names: dict[str, None] = {}
    for shelf in index.shelves(within.languages, within.key, audience):
        names |= dict.fromkeys(shelf.nearest(around, NEAREST_PASSAGES))
        names |= dict.fromkeys(words.best(NEAREST_BY_WORDS, shelf) if words is not None else ())
    near = [held for held in map(index.articles.__getitem__, names) if held.article.subject != without]
    found = [
        _candidate(held.article, cosines, words.of(held.article.id) if words is not None else 0.0, judge)
        for held, cosines in zip(near, reading.cosines(near, query), strict=True)
    ]
    found.sort(key=lambda candidate: (-candidate.score, candidate.article.id))
    ranked = _one_a_subject(found)
    return ranked if within.judge != ACROSS else [_in_english(index, one, audience) for one in ranked]


def meant(index: KnowledgeIndex, text: str, language: str) -> str | None:
    """The text with its slips put right by the words of the articles that it is held against; None without any."""
    within = scope(index, language)
    return None if within.judge == ACROSS else index.words[within.languages[0]].meant(clean(text))


def surer(one: Result, other: Result) -> Result:
    """The one that decides for more, or, where both decide alike, is more confident."""
    return max(one, other, key=lambda result: (DECISIONS.index(result.decision), result.confidence))


def elsewhere(index: KnowledgeIndex, language: str) -> Scope | None:
    """Where else a question may have its answer that is searched in its own language alone; None where nothing is told
    in another language only. A language by itself: in one list with another's, the words of one's own come first."""
    within = scope(index, language)
    if within.judge == ACROSS or not index.lacks_some(within.languages[0]):
        return None
    return Scope(tuple(one for one in index.languages() if one not in within.languages), "multi", ACROSS)


def or_elsewhere(
    index: KnowledgeIndex, found: Result, *, text: str, vector: Vectors, audience: str = "public", k: int = 3
) -> Result:
    """What was `found`, or what another language answers that is not told in the question's own. `vector` is that of
    `multi`."""
    within = elsewhere(index, found.language)
    if within is None:
        return found
    other = search(index, text=text, vector=vector, language=found.language, audience=audience, k=k, within=within)
    if other.decision != "answer":
        return found
    told = index.told_in(index.articles[other.hits[0].article_id].article.subject)
    return found if scope(index, found.language).languages[0] in told else other


def told_in(index: KnowledgeIndex, result: Result, *, language: str, audience: str) -> Result:
    """What was found in all languages, each article in `language` where the reader may see it in that one too."""
    hits = []
    for hit in result.hits:
        own = index.articles.get(index.told_in(index.articles[hit.article_id].article.subject).get(_own(language), ""))
        hits.append(_shown_as(own.article, hit.score) if own and own.article.seen_by(audience) else hit)
    return replace(result, language=language, hits=tuple(hits))


def evidence(index: KnowledgeIndex, text: str, ranked: Sequence[Candidate], background: float) -> dict[str, float]:
    """What the calibrated model looks at: `calibration.FEATURES`, and whether it is a word that articles share.

    An index of one or two articles has no rivals to stand out from: `background` fills their places.
    """
    first = ranked[0]
    rivals = [candidate.score for candidate in ranked[1 : 1 + RIVALS]]
    rivals = sorted([*rivals, *[background] * (RIVALS - len(rivals))], reverse=True)
    words, cleaned = index.words[first.article.language], clean(text)
    terms = words.terms(cleaned)
    is_no_question = is_word(cleaned) and first.best_question < SAME_WORDS
    return {
        "middle": first.middle,
        "pooled": first.pooled,
        "best_question": first.best_question,
        "margin": first.score - rivals[0],
        "lead": first.score - float(np.mean(rivals[1:])),
        "lexical": first.lexical,
        "coverage": words.coverage(terms, first.article.id),
        "length": math.log1p(len(terms)),
        SHARED_WORD: words.rivals(terms, first.article.id, _alike(first, ranked)) if is_no_question else 0,
    }


def _alike(first: Candidate, ranked: Sequence[Candidate]) -> list[str]:
    """The next articles of the language of the first."""
    others = (candidate.article for candidate in ranked[1 : 1 + NEAREST_BY_WORDS])
    return [article.id for article in others if article.language == first.article.language]


def pool(cosines: Sequence[float]) -> float:
    """Several near variants are better evidence than one: a mean of the best few, each worth half the one before."""
    best = nlargest(POOLED_PASSAGES, cosines)
    weights = POOLING_WEIGHTS[: len(best)]
    return float(sum(map(mul, best, weights)) / sum(weights))


def _word_scores(index: KnowledgeIndex, text: str, language: str) -> Scores:
    words = index.words[language]
    return words.scores(words.terms(clean(text)))


def _candidate(article: Article, cosines: Cosines, word_score: float, judge: Judge) -> Candidate:
    pooled = pool(cosines.wordings)
    best_answer = max(cosines.answers, default=0.0)
    score = (cosines.middle + pooled) / 2 + judge.answer_weight * best_answer + judge.lexical_weight * word_score
    best_possible = 1.0 + judge.answer_weight + judge.lexical_weight
    return Candidate(article, cosines.middle, pooled, max(cosines.wordings), word_score, score / best_possible)


def _one_a_subject(ranked: Sequence[Candidate]) -> list[Candidate]:
    """An article and its translation are one thing to choose: the better found speaks for both."""
    best: dict[str, Candidate] = {}
    for candidate in ranked:
        best.setdefault(candidate.article.subject, candidate)
    return list(best.values())


def _in_english(index: KnowledgeIndex, candidate: Candidate, audience: str) -> Candidate:
    """Who reads neither of our languages is shown the English article where there is one."""
    english = index.articles.get(index.told_in(candidate.article.subject).get("en", ""))
    if english is None or not english.article.seen_by(audience):
        return candidate
    return replace(candidate, article=english.article)


def _shown(decision: Decision, ranked: Sequence[Candidate], k: int) -> Sequence[Candidate]:
    """Choices are few and near; who asks for more wants a list to look at."""
    if decision != "choices" or k > MAX_CHOICES:
        return ranked[:k]
    near = [candidate for candidate in ranked if candidate.score >= ranked[0].score - CHOICE_GAP]
    return near[: min(k, MAX_CHOICES)]


def _hit(candidate: Candidate) -> Hit:
    return _shown_as(candidate.article, round(max(0.0, min(1.0, candidate.score)), 4))


def _shown_as(article: Article, score: float) -> Hit:
    return Hit(article.id, article.question, article.answer, article.language, score)
