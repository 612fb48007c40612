"""Compares what was acknowledged with what is stored, and what is found with what may be. Pure: facts in, defects out.

A defect is a short sentence that names its article or import; an empty list is what everybody hopes for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.knowledge.crashes.story import Accepted, Acked, Ended, Entry, Held, Sent, Shown

ENDS = ("done", "refused", "checked")
"""`checked`: others kept changing its articles, and who brought it went away before saying what to do."""
SCORES_DIFFER = 0.002
"""The same text in a batch of another size has other last digits."""


@dataclass(frozen=True)
class Answer:
    """What one question got: the decision, and the articles with their scores."""

    question: str
    decision: str
    hits: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Index:
    """What the index says of itself, what lies in its folder, what it finds; and what a fresh one finds, if asked.

    `expected`: the digest of the articles that the database wants answered with. `stored`: the digest of what was
    loaded from the disk, where nobody has mended it yet.
    """

    digest: str = ""
    expected: str = ""
    stored: str | None = None
    files: Sequence[str] = ()
    answers: Sequence[Answer] = ()
    fresh: Sequence[Answer] = ()


@dataclass(frozen=True)
class Facts:
    journal: Sequence[Entry]
    held: Held
    index: Index = field(default_factory=Index)


def lost(facts: Facts) -> list[str]:
    """Acknowledged to an editor, and not stored as it was; or an import that was taken and came to no end."""
    versions = {(one.article_id, one.version): one for one in facts.held.versions}
    present = {one.article_id: one.version for one in facts.held.articles}
    found = []
    for entry in facts.journal:
        if isinstance(entry, Acked):
            told = entry.shown
            place = f"{told.article_id} version {told.version}"
            if versions.get((told.article_id, told.version)) != told:
                found.append(f"{place}: acknowledged, and not stored as it was")
            elif present.get(told.article_id, 0) < told.version:
                found.append(f"{place}: acknowledged, and the article is at {present.get(told.article_id)}")
        if isinstance(entry, Accepted) and facts.held.imports.get(entry.import_id) not in ENDS:
            found.append(f"import {entry.stamp}: taken, and it is {facts.held.imports.get(entry.import_id)}")
        if isinstance(entry, Ended) and facts.held.imports.get(entry.import_id) != entry.state:
            found.append(f"import {entry.stamp}: said to be {entry.state}, and it is not")
    return found


def half(facts: Facts) -> list[str]:
    """Content of two writers in one version, content that nobody sent, gaps between versions, a part of an import."""
    sent = {entry.stamp: entry.rows for entry in facts.journal if isinstance(entry, Sent)}
    found, bearing = [], defaultdict[str, set[str]](set)
    for one in facts.held.versions:
        stamps = {stamp for stamp in one.stamps if stamp}
        if len(stamps) != 1 or not stamps <= sent.keys():
            found.append(f"{one.article_id} version {one.version}: of {sorted(stamps)}")
        for stamp in stamps:
            bearing[stamp].add(one.article_id)
    for stamp, rows in sent.items():
        if len(bearing[stamp]) not in (0, rows):
            found.append(f"{stamp}: {len(bearing[stamp])} of {rows} articles")
    return [*found, *_torn_histories(facts.held), *_wrongly_imported(facts, bearing)]


def _torn_histories(held: Held) -> Iterable[str]:
    histories = defaultdict[str, list[Shown]](list)
    for one in held.versions:
        histories[one.article_id].append(one)
    for article in held.articles:
        history = sorted(histories[article.article_id], key=lambda one: one.version)
        if [one.version for one in history] != list(range(1, article.version + 1)):
            yield f"{article.article_id}: its versions are not 1 to {article.version}"
        elif history[-1] != article:
            yield f"{article.article_id}: it is not as its last version"


def _wrongly_imported(facts: Facts, bearing: Mapping[str, set[str]]) -> Iterable[str]:
    for entry in facts.journal:
        if isinstance(entry, Accepted):
            state = facts.held.imports.get(entry.import_id)
            if (state == "done") != bool(bearing[entry.stamp]):
                yield f"import {entry.stamp}: {state}, with {len(bearing[entry.stamp])} articles"


def unequal(facts: Facts) -> list[str]:
    """An index that holds something else than what the database wants answered with."""
    index = facts.index
    found = [] if index.digest == index.expected else ["the index holds other articles than the database"]
    if index.stored not in (None, index.expected):
        found.append("the index on the disk holds other articles than the database")
    return found


def resurrected(facts: Facts) -> list[str]:
    """Articles that are found and must not be."""
    return [
        f"{name}: found by {answer.question!r}, and not to be answered with"
        for answer in facts.index.answers
        for name, _ in answer.hits
        if name not in facts.held.indexed
    ]


def found_otherwise(facts: Facts) -> list[str]:
    """Questions that a fresh index of the same articles answers otherwise."""
    pairs = zip(facts.index.answers, facts.index.fresh, strict=True) if facts.index.fresh else ()
    return [f"{here.question!r}: {_told(here)}; fresh: {_told(there)}" for here, there in pairs if _differ(here, there)]


def _differ(here: Answer, there: Answer) -> bool:
    if here.decision != there.decision or len(here.hits) != len(there.hits):
        return True
    scores = dict(there.hits)
    places = zip(here.hits, there.hits, strict=True)
    return any(
        abs(score - other) > SCORES_DIFFER or abs(score - scores.get(name, score)) > SCORES_DIFFER
        for (name, score), (_, other) in places
    )


def _told(answer: Answer) -> str:
    return f"{answer.decision} {[(name, round(score, 3)) for name, score in answer.hits[:3]]}"


def left_behind(facts: Facts) -> list[str]:
    """Files and rows that only work under way needs, once there is none."""
    rows = [f"{count} {name}" for name, count in facts.held.leftovers.items() if count]
    return [*rows, *facts.index.files]


def failed_jobs(facts: Facts) -> list[str]:
    return list(facts.held.failed_jobs)


Check = Callable[[Facts], list[str]]
CHECKS: dict[str, Check] = {
    "lost": lost,
    "half": half,
    "index unequal": unequal,
    "resurrected": resurrected,
    "found otherwise than after a rebuild": found_otherwise,
    "left behind": left_behind,
    "failed jobs": failed_jobs,
}


def check(facts: Facts) -> dict[str, list[str]]:
    """Every check's defects."""
    return {name: one(facts) for name, one in CHECKS.items()}
