"""Measure the calibration: centres, weights and judges, from the starter articles and the questions beside them.

Called by `python -m knowledge_index.evaluate --fit`. Chances that set thresholds and make the report come from folds
that did not see the question's article, so they are what a new question can expect.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge_index import fitting
from knowledge_index.calibration import FEATURES, Calibration, Judge, Logistic
from knowledge_index.embedded import EmbeddedArticle
from knowledge_index.embedder import Embedder, Key, key_for
from knowledge_index.evaluate import ANSWERABLE, Evaluation, Group, Outcome, Query, Report, report, share
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.search import ACROSS

NEGATIVES = Path(__file__).with_name("calibration_negatives.yml")
TRANSLATIONS = Path(__file__).with_name("calibration_translations.yml")

ANSWER_PRECISION = 0.9
CHOICE_PRECISION = 0.9
"""Of the questions that no article can answer, this share at least is offered nothing."""

CHOICES_WHEN_REMOVED = 0.3
"""Of the questions whose article is away, at most this share is offered its neighbours."""

FOLDS = 5
SMALL_SHOPS = 6
RISING = frozenset(FEATURES) - {"length"}
UNANSWERABLE_SHARES: Mapping[Group, float] = {"removed": 0.2, "unrelated": 0.1, "near": 0.1}
"""What part of all questions each group stands for; customers ask about four in ten that no article answers."""

FEATURES_ACROSS = ("pooled", "margin", "lead")
"""Words of another language are no evidence, and there are too few of its questions to fit more."""

WEIGHT_GRIDS = {"answer_weight": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5), "lexical_weight": (0.1, 0.2, 0.3)}
"""Words always count: a product's own name is nothing to a model that never read it."""
NEVER = Logistic(0.0, {})


@dataclass(frozen=True)
class Fitted:
    calibration: Calibration
    reports: tuple[Report, ...]


def fit(articles: Sequence[EmbeddedArticle], embedders: Mapping[Key, Embedder]) -> Fitted:
    """The calibration for these models, and what it promises by language."""
    dimensions = {key: embedder.dimension for key, embedder in embedders.items()}
    calibration = Calibration(
        {key: embedder.digest for key, embedder in embedders.items()},
        {key: _centre(articles, key) for key in embedders},
        {language: Judge(0.2, 0.3, 0.3, NEVER, NEVER, 2.0, 2.0) for language in ("en", "zh", ACROSS)},
    )
    index = built(calibration, dimensions, articles)
    reports = []
    for language in ("en", "zh", ACROSS):
        asking = _asking(language, embedders)
        calibration = _weighed(index, language, asking)
        index = built(calibration, dimensions, articles)
        outcomes = asking(Evaluation(index))
        small = [outcome for shop in _small_shops(index) for outcome in asking(Evaluation(shop))]
        judge, promised = _judged(calibration.judge(language), language, outcomes, small)
        calibration = replace(calibration, judges={**calibration.judges, language: judge})
        index = built(calibration, dimensions, articles)
        reports.append(promised)
    return Fitted(calibration, tuple(reports))


def _centre(articles: Sequence[EmbeddedArticle], key: Key) -> list[float]:
    language = "en" if key == "en" else "zh"
    rows = [held.vectors[key] for held in articles if held.article.language == language]
    return [round(float(value), 5) for value in np.vstack(rows).mean(0)]


def _asking(language: str, embedders: Mapping[Key, Embedder]) -> Callable[[Evaluation], list[Outcome]]:
    """Everything that is asked in a language, as a function of the evaluation that answers it."""
    negatives = _written(NEGATIVES)[language]
    unanswerable = [
        query
        for group in ("unrelated", "near")
        for query in _queries(negatives[group], language, group, None, embedders)
    ]
    if language != ACROSS:
        return lambda evaluation: [*evaluation.held_out(language), *map(evaluation.ask, unanswerable)]
    translated = [
        query
        for subject, texts in _written(TRANSLATIONS).items()
        for query in _queries(texts, "und", "translated", subject, embedders)
    ]

    def ask_across(evaluation: Evaluation) -> list[Outcome]:
        here = [query for query in translated if evaluation.holds(query.relevant)]
        return [*map(evaluation.ask, here), *evaluation.removed(here), *map(evaluation.ask, unanswerable)]

    return ask_across


def _queries(
    texts: Sequence[Any], language: str, group: Any, relevant: str | None, embedders: Mapping[Key, Embedder]
) -> list[Query]:
    written = [str(text) for text in texts]
    vectors = embedders[key_for(language)].encode(written)
    return [
        Query(text, language, group, relevant, relevant or text, vector)
        for text, vector in zip(written, vectors, strict=True)
    ]


def _written(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _weighed(index: KnowledgeIndex, language: str, asking: Callable[[Evaluation], list[Outcome]]) -> Calibration:
    """The weights of answers and words that find most held-out questions, the smallest that do."""
    best = index.calibration
    for field in ("answer_weight", "lexical_weight"):
        if language == ACROSS and field == "lexical_weight":
            continue
        tried = []
        for weight in WEIGHT_GRIDS[field]:
            judge = replace(best.judge(language), **{field: weight})  # type: ignore[arg-type]
            calibration = replace(best, judges={**best.judges, language: judge})
            outcomes = asking(Evaluation(built(calibration, index.dimensions, index.articles.values())))
            tried.append((_found(outcomes), -weight, calibration))
        best = max(tried, key=lambda one: one[:2])[2]
    return best


def _found(outcomes: Sequence[Outcome]) -> float:
    return share(outcome.reciprocal_rank for outcome in outcomes if outcome.query.group in ANSWERABLE)


def _small_shops(index: KnowledgeIndex) -> Iterator[KnowledgeIndex]:
    """The same articles shared out among shops of a few: where rivals are far, standing out from them means little."""
    subjects = sorted({held.article.subject for held in index.articles.values()})
    for shop in range(SMALL_SHOPS):
        mine = set(subjects[shop::SMALL_SHOPS])
        held = [one for one in index.articles.values() if one.article.subject in mine]
        yield built(index.calibration, index.dimensions, held)


def _judged(judge: Judge, language: str, asked: Sequence[Outcome], small: Sequence[Outcome]) -> tuple[Judge, Report]:
    """Fitted to large and small shops alike, with marks that hold in both; the report is of the large one."""
    names = FEATURES_ACROSS if language == ACROSS else FEATURES
    outcomes = [*asked, *small]
    weights = [*_weights(asked), *_weights(small)]
    first = [outcome.first_is_right for outcome in outcomes]
    among = [outcome.among_first_three for outcome in outcomes]
    evidence = [{name: outcome.evidence[name] for name in names} for outcome in outcomes]
    sources = [outcome.query.source for outcome in outcomes]
    chance_first, chance_among = (cross_fitted(evidence, hits, weights, sources) for hits in (first, among))
    shops = (slice(len(asked)), slice(len(asked), None))
    answer_at = max(
        fitting.threshold(chance_first[shop], first[shop], weights[shop], ANSWER_PRECISION) for shop in shops
    )
    choices_at = max(_choices_at(outcomes[shop], chance_among[shop]) for shop in shops)
    fitted = replace(
        judge,
        background=round(float(np.mean([outcome.score - outcome.evidence["lead"] for outcome in asked])), 4),
        first=fitting.logistic(evidence, first, weights, RISING),
        among=fitting.logistic(evidence, among, weights, RISING),
        answer_at=round(answer_at, 4),
        choices_at=round(choices_at, 4),
    )
    decided = [
        replace(outcome, confidence=one, decision=fitted.decision(one, three, outcome.evidence))
        for outcome, one, three in zip(outcomes, chance_first, chance_among, strict=True)
    ]
    return fitted, report(language, decided[: len(asked)])


def _weights(outcomes: Sequence[Outcome]) -> list[float]:
    """Every answerable question counts one; the others together make up their share of all questions."""
    groups = [outcome.query.group for outcome in outcomes]
    answerable = sum(group in ANSWERABLE for group in groups)
    whole = answerable / (1 - sum(UNANSWERABLE_SHARES.values()))
    each = {group: part * whole / max(groups.count(group), 1) for group, part in UNANSWERABLE_SHARES.items()}
    return [each.get(group, 1.0) for group in groups]


def cross_fitted(
    rows: Sequence[Mapping[str, float]],
    hits: Sequence[bool],
    weights: Sequence[float],
    sources: Sequence[str],
    *,
    known: Logistic = NEVER,
    ridge: float = fitting.RIDGE,
) -> list[float]:
    """Each row's chance from a fit that saw nothing of its source."""
    folds = [int(sha256(source.encode()).hexdigest(), 16) % FOLDS for source in sources]
    chances = [0.0] * len(rows)
    for fold in sorted(set(folds)):
        learned = [row for row, other in enumerate(folds) if other != fold] or range(len(rows))
        model = fitting.logistic(
            [rows[row] for row in learned],
            [hits[row] for row in learned],
            [weights[row] for row in learned],
            RISING,
            known=known,
            ridge=ridge,
        )
        for row, mine in enumerate(folds):
            if mine == fold:
                chances[row] = model.probability(rows[row])
    return chances


def _choices_at(outcomes: Sequence[Outcome], chances: Sequence[float]) -> float:
    """The chance that all but a few of the unanswerable questions stay below."""
    groups = [outcome.query.group for outcome in outcomes]
    foreign = [chance for chance, group in zip(chances, groups, strict=True) if group in ("unrelated", "near")]
    removed = [chance for chance, group in zip(chances, groups, strict=True) if group == "removed"]
    return max(float(np.quantile(foreign, CHOICE_PRECISION)), float(np.quantile(removed, 1 - CHOICES_WHEN_REMOVED)))
