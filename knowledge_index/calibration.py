"""What was measured and is looked up at run time: centres, weights, and the model that turns evidence into confidence.

`calibration.json` is written by `python -m knowledge_index.evaluate --fit`; nobody edits it by hand.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from knowledge_index.embedder import Key, Vectors

PATH = Path(__file__).with_name("calibration.json")
Decision = Literal["answer", "choices", "none"]

CLEAR_MARGIN = 0.04
"""Of the held-out questions that were answered rightly, one in forty lies closer to the next article."""

SAME_WORDS = 0.98
"""A cosine that only an article's own wording has."""

SHARED_WORD = "shared_word"
"""Evidence that nothing is fitted to: of a word alone, how many other articles are asked with it too.

Asked for the articles that use it in turn, such a word finds the right one in three of ten cases that would be
answered, whatever the margin; one that a single article uses always did.
"""

FEATURES = (
    "middle",
    "pooled",
    "best_question",
    "margin",
    "lead",
    "lexical",
    "coverage",
    "length",
)


@dataclass(frozen=True)
class Logistic:
    """`probability` = 1 / (1 + exp(-(bias + weights · features)))."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        z = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


@dataclass(frozen=True)
class Judge:
    """How one language decides. `first`: the first hit answers it; `among`: one of the hits offered does."""

    lexical_weight: float
    answer_weight: float
    background: float
    """What articles that have nothing to do with a question usually score: stands in where there are too few."""
    first: Logistic
    among: Logistic
    answer_at: float
    choices_at: float

    def decide(self, features: Mapping[str, float]) -> tuple[Decision, float]:
        """The decision, and the chance that the first hit is right; of a shared word, everybody's turn comes alike."""
        first, among = self.first.probability(features), self.among.probability(features)
        return self.decision(first, among, features), first / (1 + features.get(SHARED_WORD, 0.0))

    def decision(self, first: float, among: float, features: Mapping[str, float]) -> Decision:
        """Of articles that fit alike the customer chooses, however well they fit: "camera" is no question yet.

        So it is with a word alone that several of them are asked with. What an editor wrote is answered as it stands.
        """
        if first >= self.answer_at:
            clear = features["margin"] >= CLEAR_MARGIN and not features.get(SHARED_WORD)
            return "answer" if clear or features.get("best_question", 0.0) >= SAME_WORDS else "choices"
        return "choices" if among >= self.choices_at else "none"


@dataclass(frozen=True)
class Calibration:
    """`models` are the weights' digests that it was measured with; other models make it a guess."""

    models: Mapping[str, str]
    centres: Mapping[str, list[float]]
    judges: Mapping[str, Judge]

    def judge(self, language: str) -> Judge:
        """The language's own judge, or the one for texts searched across languages."""
        return self.judges.get(language, self.judges["other"])

    def centred(self, key: Key, vectors: Vectors) -> Vectors:
        """Unit vectors around the model's centre: what all its texts share tells none of them apart."""
        shifted = vectors - self._centre_arrays[key]
        lengths = np.linalg.norm(shifted, axis=-1, keepdims=True)
        return np.ascontiguousarray(shifted / np.maximum(lengths, 1e-9), dtype=np.float32)

    @cached_property
    def _centre_arrays(self) -> dict[str, Vectors]:
        return {key: np.asarray(centre, dtype=np.float32) for key, centre in self.centres.items()}

    @classmethod
    def read(cls, path: Path = PATH) -> "Calibration":
        stored = json.loads(path.read_text("utf-8"))
        judges = {language: judge_from(fields) for language, fields in stored["judges"].items()}
        return cls(stored["models"], stored["centres"], judges)

    def write(self, path: Path = PATH) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", "utf-8")


def judge_from(fields: dict[str, object]) -> Judge:
    logistics = {name: Logistic(**fields[name]) for name in ("first", "among")}  # type: ignore[arg-type]
    return Judge(**{**fields, **logistics})  # type: ignore[arg-type]
