"""How good the search is, on questions that were held out, as an object: queries, articles, what is relevant.

Every variant of every article is asked as if nobody had written it down: the article without that variant stands in
the index while it is asked ("held out"), and then no article at all ("unanswerable", for nobody else should answer).
`python -m knowledge_index.evaluate` prints a report; `--fit` measures the calibration anew and writes it.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from knowledge_index import search, seed
from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration, Decision
from knowledge_index.embedded import EmbeddedArticle, embedded
from knowledge_index.embedder import Vectors, key_for, load_all
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.text import clean

Group = Literal["held_out", "removed", "unrelated", "near", "translated"]
ANSWERABLE: frozenset[Group] = frozenset({"held_out", "translated"})


@dataclass(frozen=True)
class Query:
    """`relevant` is the subject that answers it, None when no article should."""

    text: str
    language: str
    group: Group
    relevant: str | None
    source: str
    """What may not be split between fitting and judging: the article it was written for, or itself."""
    vector: Vectors


@dataclass(frozen=True)
class Outcome:
    """What the index made of a query: the subjects, best first, the evidence, and the decision."""

    query: Query
    ranked: tuple[str, ...]
    score: float
    evidence: Mapping[str, float]
    decision: Decision
    confidence: float

    @property
    def first_is_right(self) -> bool:
        return self.query.relevant is not None and self.ranked[:1] == (self.query.relevant,)

    @property
    def among_first_three(self) -> bool:
        return self.query.relevant is not None and self.query.relevant in self.ranked[:3]

    @property
    def reciprocal_rank(self) -> float:
        if self.query.relevant not in self.ranked:
            return 0.0
        return 1 / (1 + self.ranked.index(self.query.relevant))


@dataclass(frozen=True)
class Report:
    """Shares between 0 and 1. Recall and MRR are over answerable queries.

    `answer_precision` is over everything answered but the removed articles' questions, which have their own line.
    """

    language: str
    answerable: int
    recall_at_1: float
    recall_at_3: float
    mrr: float
    answered: float
    answer_precision: float
    choices: float
    choices_hold_the_answer: float
    none_on_unrelated: float
    none_on_near: float
    answered_when_removed: float


class Evaluation:
    """Holds a set of articles against queries; it works on its own copy of the index."""

    def __init__(self, index: KnowledgeIndex) -> None:
        self.index = built(index.calibration, index.dimensions, index.articles.values())

    def held_out(self, language: str) -> Iterator[Outcome]:
        """Each variant twice: its article without it, and its article gone."""
        mine = [held for held in self.index.articles.values() if held.article.language == language]
        for held in mine:
            for query in variant_queries(held):
                self.index.place(held.without(query.text))
                yield self.ask(query)
                self.index.take(held.article.id)
                yield self.ask(replace(query, group="removed", relevant=None))
            self.index.place(held)

    def removed(self, queries: Iterable[Query]) -> Iterator[Outcome]:
        """Each query while every article of its subject is away."""
        for query in queries:
            away = [held for held in self.index.articles.values() if held.article.subject == query.relevant]
            for held in away:
                self.index.take(held.article.id)
            yield self.ask(replace(query, group="removed", relevant=None))
            for held in away:
                self.index.place(held)

    def holds(self, subject: str | None) -> bool:
        return any(held.article.subject == subject for held in self.index.articles.values())

    def ask(self, query: Query) -> Outcome:
        ranked = search.rank(self.index, text=query.text, vector=query.vector, language=query.language)
        if not ranked:
            return Outcome(query, (), 0.0, {}, "none", 0.0)
        judge = self.index.calibration.judge(search.scope(self.index, query.language).judge)
        evidence = search.evidence(self.index, query.text, ranked, judge.background)
        decision, confidence = judge.decide(evidence)
        subjects = tuple(found.article.subject for found in ranked)
        return Outcome(query, subjects, ranked[0].score, evidence, decision, confidence)


def variant_queries(held: EmbeddedArticle) -> Iterator[Query]:
    article = held.article
    key = key_for(article.language)
    variants = {clean(variant): variant for variant in article.variants}
    for passage, vector in zip(held.passages, held.vectors[key], strict=True):
        if passage.kind == "variant":
            text = variants[passage.text]
            yield Query(text, article.language, "held_out", article.subject, article.subject, vector)


def report(language: str, outcomes: Sequence[Outcome]) -> Report:
    asked = [outcome for outcome in outcomes if outcome.query.group in ANSWERABLE]
    answered = [outcome for outcome in outcomes if outcome.decision == "answer" and outcome.query.group != "removed"]
    offered = [outcome for outcome in asked if outcome.decision == "choices"]
    return Report(
        language=language,
        answerable=len(asked),
        recall_at_1=share(outcome.first_is_right for outcome in asked),
        recall_at_3=share(outcome.among_first_three for outcome in asked),
        mrr=share(outcome.reciprocal_rank for outcome in asked),
        answered=share(outcome.decision == "answer" for outcome in asked),
        answer_precision=share(outcome.first_is_right for outcome in answered),
        choices=share(outcome.decision == "choices" for outcome in asked),
        choices_hold_the_answer=share(outcome.among_first_three for outcome in offered),
        none_on_unrelated=_decided(outcomes, "unrelated", "none"),
        none_on_near=_decided(outcomes, "near", "none"),
        answered_when_removed=_decided(outcomes, "removed", "answer"),
    )


def _decided(outcomes: Iterable[Outcome], group: Group, decision: Decision) -> float:
    return share(outcome.decision == decision for outcome in outcomes if outcome.query.group == group)


def share(values: Iterable[float]) -> float:
    """The mean, rounded; 0 of nothing."""
    listed = [float(value) for value in values]
    return round(sum(listed) / len(listed), 4) if listed else 0.0


def main(arguments: Sequence[str]) -> int:
    embedders = load_all()
    articles = embedded([Article.from_wire(fields) for fields in seed.articles()], embedders)
    if "--fit" in arguments:
        from knowledge_index import calibrate

        fitted = calibrate.fit(articles, embedders)
        fitted.calibration.write()
        reports = fitted.reports
    else:
        index = built(Calibration.read(), {key: model.dimension for key, model in embedders.items()}, articles)
        reports = tuple(report(language, list(Evaluation(index).held_out(language))) for language in ("en", "zh"))
    for each in reports:
        sys.stdout.write(json.dumps(asdict(each)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
