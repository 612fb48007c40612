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
ROUNDS = 10
MOST_A_ROUND = 100
"""A thousand questions say enough, in seconds."""
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
    """Holds a set of articles, as they are now, against queries."""

    def __init__(self, index: KnowledgeIndex, calibration: Calibration | None = None) -> None:
        """`calibration` decides instead of the index's own."""
        self.index = index
        self.calibration = calibration or index.calibration
        self._articles = [one for one in index.articles.values() if key_for(one.article.language) in one.vectors]

    def held_out(self, language: str) -> Iterator[Outcome]:
        """Each variant twice: its article without it, and its article gone.

        In a round every article lacks one variant, and is asked it: as many indexes as there are rounds.
        """
        mine = [(held, _variants(held)) for held in self._articles if held.article.language == language]
        for number in range(ROUNDS):
            asked = [(held, queries[number]) for held, queries in mine if number < len(queries)]
            if not asked:
                return
            asked = asked[:: -(-len(asked) // MOST_A_ROUND)]
            left = {held.article.id: held.without(query.text) for held, query in asked}
            index = self._with([left.get(held.article.id, held) for held, _ in mine])
            for _, query in asked:
                yield ask(index, query)
                yield ask(index, query, gone=True)

    def ask(self, query: Query) -> Outcome:
        return ask(self.index, query)

    def removed(self, queries: Iterable[Query]) -> Iterator[Outcome]:
        """Each query while every article of its subject is away."""
        return (ask(self.index, query, gone=True) for query in queries)

    def holds(self, subject: str | None) -> bool:
        return any(held.article.subject == subject for held in self._articles)

    def _with(self, articles: Sequence[EmbeddedArticle]) -> KnowledgeIndex:
        return built(self.calibration, self.index.dimensions, articles)


def ask(index: KnowledgeIndex, query: Query, *, gone: bool = False) -> Outcome:
    """What the index makes of a query; `gone`: as if no article of its subject existed."""
    away = query.relevant if gone else None
    if gone:
        query = replace(query, group="removed", relevant=None)
    ranked = search.rank(index, text=query.text, vector=query.vector, language=query.language, without=away)
    if not ranked:
        return Outcome(query, (), 0.0, {}, "none", 0.0)
    judge = index.calibration.judge(search.scope(index, query.language).judge)
    evidence = search.evidence(index, query.text, ranked, judge.background)
    decision, confidence = judge.decide(evidence)
    subjects = tuple(found.article.subject for found in ranked)
    return Outcome(query, subjects, ranked[0].score, evidence, decision, confidence)


def _variants(held: EmbeddedArticle) -> list[Query]:
    """At most ROUNDS of an article's variants, from all over its list."""
    queries = list(variant_queries(held))
    if len(queries) <= ROUNDS:
        return queries
    return [queries[number * len(queries) // ROUNDS] for number in range(ROUNDS)]


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
