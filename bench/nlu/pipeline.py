"""The product's way from a text to an intent, as config.yml sets it, without Rasa around it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from bot.core.settings import PROJECT_ROOT
from bot.nlu import fitting
from bot.nlu.embeddings import EmbeddingsClient, EmbeddingsUnavailable, knowledge_url
from bot.nlu.head import Head
from bot.nlu.regression import Floats

BATCH: Final = 64
CLASSIFIER: Final = "bot.nlu.classifier.VectorIntentClassifier"
NAMES: Final = "bot.nlu.names.IntentNames"


@dataclass(frozen=True)
class Said:
    """What people said, what they meant by it, and the vectors of one embedding space."""

    space: str
    texts: tuple[str, ...]
    labels: npt.NDArray[np.str_]
    vectors: Floats

    def part(self, rows: Any) -> "Said":
        return Said(self.space, tuple(self.texts[row] for row in rows), self.labels[rows], self.vectors[rows])


@dataclass(frozen=True)
class Guess:
    truth: str
    label: str
    confidence: float
    none: float


@cache
def pipeline() -> dict[str, dict[str, Any]]:
    """The options of config.yml by component."""
    config = yaml.safe_load((PROJECT_ROOT / "config.yml").read_text(encoding="utf-8"))
    return {part["name"]: part for part in config["pipeline"]}


def embedded(pairs: Sequence[tuple[str, str]], *, space: str) -> Said:
    """Texts and labels with their vectors, from the knowledge service."""
    texts = tuple(text for text, _ in pairs)
    return Said(space, texts, np.asarray([label for _, label in pairs]), vectors(texts, space=space))


def vectors(texts: Sequence[str], *, space: str, tuned: str = "") -> Floats:
    """In the order of the texts; alike lengths travel together, which costs the model less padding."""
    client = EmbeddingsClient(knowledge_url(), timeout=120.0)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    found: list[Any] = [None] * len(texts)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        made = client.embed([texts[row] for row in rows], model=space, tuned=tuned)
        for row, vector in zip(rows, made, strict=True):
            found[row] = vector
    return np.asarray(found, dtype=np.float64)


def trained(said: Said) -> Head:
    """The head that Rasa would train on these examples."""
    return fitting.fit(_examples(said), c=float(pipeline()[CLASSIFIER]["c"]))


@dataclass(frozen=True)
class Tuned:
    """What `bot.nlu.tuned.TunedFeaturizer` in the pipeline adds: a name of weights, and what their vectors tell."""

    name: str
    head: Head

    def opinion(self, said: Said) -> Floats:
        return self.head.log_probabilities(vectors(said.texts, space=said.space, tuned=self.name))


def tuned(said: Said, seconds: float) -> Tuned:
    """Waits until the service has tuned its encoder. Raises EmbeddingsUnavailable where it fails."""
    given = _examples(said)
    client = EmbeddingsClient(knowledge_url(), timeout=120.0)
    name, state, why = client.tune(
        list(zip(given.texts, map(str, given.labels), strict=True)), seconds, model=said.space
    )
    while state == "tuning":
        time.sleep(0.2)
        state, why = client.tuning(name, model=said.space)
    if state != "ready":
        raise EmbeddingsUnavailable(why)
    moved = replace(given, vectors=vectors(given.texts, space=said.space, tuned=name))
    return Tuned(name, fitting.fit_tuned(moved, c=float(pipeline()[CLASSIFIER]["c"])))


def _examples(said: Said) -> fitting.Examples:
    return _with_names(said) if NAMES in pipeline() else _plain(said)


def _plain(said: Said) -> fitting.Examples:
    return fitting.examples(said.vectors, list(said.labels), said.texts)


def _with_names(said: Said) -> fitting.Examples:
    labels = [str(label) for label in np.unique(said.labels)]
    names = [fitting.in_words(label) for label in labels]
    return fitting.examples(
        np.vstack([said.vectors, vectors(names, space=said.space)]),
        [*said.labels, *labels],
        [*said.texts, *names],
        [False] * len(said.texts) + [True] * len(names),
    )


def guesses(head: Head, said: Said, beside: Floats | None = None) -> list[Guess]:
    """One for each text, the fallback not taken yet: that is a matter of the two thresholds in config.yml."""
    none = head.none_of_these(said.vectors)
    chances = head.probabilities(said.vectors, said.texts, beside)
    best = chances.argmax(axis=1)
    return [
        Guess(str(truth), head.labels[at], float(row[at]), float(no))
        for truth, at, row, no in zip(said.labels, best, chances, none, strict=True)
    ]
