"""Learns the tone's heads from the sentences in examples/. Nothing else is learnt from; `firebreak tone` calls it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from bot import wire
from bot.understanding.clean import clean, fold
from bot.understanding.tone import grams, share

EXAMPLES: Final = Path(__file__).parent / "examples"
LANGUAGES: Final = ("en", "zh")
MODELS: Final = {wire.EMBEDDING_EN: ("en",), wire.EMBEDDING_MULTI: ("en", "zh")}
"""The languages whose examples each embedding model's head is learnt from."""
ANGER_IN: Final = {"angry": 1.0, "annoyed": 1.0, "displeased": 0.35}
"""How much of anger a group of examples is; groups that are not named here are none of it."""
ANGER_SHARE: Final = 0.25
"""The share of anger among what customers write, whatever it is among the examples."""
WORDS_PENALTY: Final = 0.1
VECTOR_PENALTY: Final = 2.0
FEWEST_EXAMPLES: Final = 2
"""A gram of fewer sentences is left out."""
LEAST_WEIGHT: Final = 0.05
STEPS: Final = 25

Array = NDArray[np.float64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    text: str
    language: str
    group: str

    @property
    def anger(self) -> float:
        return ANGER_IN.get(self.group, 0.0)


def examples(folder: Path = EXAMPLES) -> list[Example]:
    """Every sentence, in the order of the files."""
    return [
        Example(line, language, group)
        for language in LANGUAGES
        for group, lines in yaml.safe_load((folder / f"tone.{language}.yml").read_text("utf-8")).items()
        for line in lines.strip().splitlines()
    ]


def digest(folder: Path = EXAMPLES) -> str:
    """Of the sentences: what was learnt from others is out of date."""
    joined = "\n".join(f"{example.language} {example.group} {example.text}" for example in examples(folder))
    return hashlib.sha256(joined.encode()).hexdigest()


def learnt(vectors: Mapping[str, tuple[str, Vectors]]) -> dict[str, Any]:
    """What tone.json holds. `vectors`: for each key of `texts_by_model` the model's digest, and a row for each text."""
    ours = examples()
    return {
        "examples": digest(),
        "words": words_head(ours),
        "vectors": {
            key: vector_head([example for example in ours if example.language in MODELS[key]], rows, model=model)
            for key, (model, rows) in vectors.items()
        },
    }


def texts_by_model() -> dict[str, list[str]]:
    """What each embedding model has to embed: the English one English, the other both, so that it carries over."""
    ours = examples()
    return {key: [clean(one.text) for one in ours if one.language in spoken] for key, spoken in MODELS.items()}


def words_head(learnt_from: Sequence[Example]) -> dict[str, Any]:
    """Weights of the words' head, the small ones left out."""
    seen = [frozenset(text for text, _ in grams(fold(clean(example.text)))) for example in learnt_from]
    counts = Counter(text for texts in seen for text in texts)
    names = sorted(text for text, count in counts.items() if count >= FEWEST_EXAMPLES)
    place = {text: column for column, text in enumerate(names)}
    rows = np.zeros((len(seen), len(names)))
    for row, texts in enumerate(seen):
        rows[row, [place[text] for text in texts if text in place]] = share(len(texts))
    weights, bias = _fitted(rows, learnt_from, WORDS_PENALTY)
    return {
        "bias": round(bias, 4),
        "grams": {
            text: round(weight, 3)
            for text, weight in zip(names, weights.tolist(), strict=True)
            if abs(weight) > LEAST_WEIGHT
        },
    }


def vector_head(learnt_from: Sequence[Example], vectors: Vectors, *, model: str) -> dict[str, Any]:
    """Weights of a vector's head, for vectors as the model `model` (its digest) gives them: not centred, length 1."""
    rows = vectors.astype(np.float64)
    centre = rows.mean(axis=0)
    scale = 1 / np.linalg.norm(rows - centre, axis=1).mean()
    weights, bias = _fitted((rows - centre) * scale, learnt_from, VECTOR_PENALTY)
    weights = weights * scale
    return {"digest": model, "bias": round(bias - float(weights @ centre), 5), "weights": np.round(weights, 5).tolist()}


def _fitted(rows: Array, learnt_from: Sequence[Example], penalty: float) -> tuple[Array, float]:
    """Logistic regression, ridge on all but nothing else; in the dual, since there are more features than examples.

    Iteratively reweighted least squares; examples weigh so that anger has its ANGER_SHARE.
    """
    targets = np.array([example.anger for example in learnt_from])
    counts = _counts(targets)
    kernel = rows @ rows.T + 1.0
    dual: Array = np.zeros(len(rows))
    for _ in range(STEPS):
        odds = kernel @ dual
        chances = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        curvature = np.maximum(counts * chances * (1 - chances), 1e-6)
        working = odds + counts * (targets - chances) / curvature
        dual = np.asarray(np.linalg.solve(kernel + np.diag(penalty / curvature), working), dtype=np.float64)
    return rows.T @ dual, float(dual.sum())


def _counts(targets: Array) -> Array:
    """How often each example counts: as many in all as there are, anger's share among them ANGER_SHARE."""
    anger, rest = targets.sum(), (1 - targets).sum()
    share = targets * ANGER_SHARE / anger + (1 - targets) * (1 - ANGER_SHARE) / rest
    counted: Array = share * len(targets)
    return counted
