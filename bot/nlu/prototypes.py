"""The opinion of an encoder that was tuned to tell these very intents apart: which intent's middle is nearest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bot.nlu.regression import Floats
from bot.nlu.trust import log_softmax

SCALE: Final = 20.0
"""As in the tuning itself (knowledge_index/tuning.py): what a cosine is multiplied by before the softmax."""


@dataclass(frozen=True)
class Prototypes:
    """`middles`: a unit vector for each label, in alphabetical order."""

    labels: tuple[str, ...]
    middles: Floats

    @classmethod
    def of(cls, vectors: Floats, labels: Sequence[str]) -> "Prototypes":
        names, truth = np.unique(np.asarray(labels), return_inverse=True)
        means = np.stack([vectors[truth == at].mean(axis=0) for at in range(len(names))])
        return cls(tuple(str(name) for name in names), _unit(means))

    def log_probabilities(self, vectors: Floats) -> Floats:
        return log_softmax(SCALE * _unit(vectors) @ self.middles.T)

    def save(self, path: Path) -> None:
        np.savez(path, labels=np.asarray(self.labels, dtype=np.str_), middles=self.middles)

    @classmethod
    def load(cls, path: Path) -> "Prototypes":
        with np.load(path, allow_pickle=False) as kept:
            return cls(tuple(str(label) for label in kept["labels"]), kept["middles"])


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
