"""A linear head over the vectors of one embedding space: centred, scaled, multinomial logistic regression.

E5 vectors point all the same way (cosines 0.7 to 1.0): without centring a regularised head sees little but that.
Kept as plain arrays, so that a model file holds nothing that runs when it is read.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FOLDS: Final = 4
TEMPERATURES: Final = np.geomspace(0.1, 2.0, 40)


@dataclass(frozen=True)
class Head:
    labels: tuple[str, ...]
    centre: Floats
    weights: Floats
    bias: Floats
    temperature: float

    @property
    def dimension(self) -> int:
        return int(self.centre.shape[0])

    def probabilities(self, vectors: Floats) -> Floats:
        """Rows of probabilities in the order of `labels`."""
        return _softmax(self._logits(vectors) / self.temperature)

    def _logits(self, vectors: Floats) -> Floats:
        return _scaled(vectors, self.centre) @ self.weights + self.bias

    def save(self, path: Path) -> None:
        np.savez(
            path,
            labels=np.asarray(self.labels, dtype=np.str_),
            centre=self.centre,
            weights=self.weights,
            bias=self.bias,
            temperature=np.asarray(self.temperature),
        )

    @classmethod
    def load(cls, path: Path) -> "Head":
        with np.load(path, allow_pickle=False) as kept:
            return cls(
                labels=tuple(str(label) for label in kept["labels"]),
                centre=kept["centre"],
                weights=kept["weights"],
                bias=kept["bias"],
                temperature=float(kept["temperature"]),
            )


def fit(vectors: Floats, labels: list[str], *, c: float, max_iter: int = 500) -> Head:
    """A head whose probabilities are tempered on folds it has not seen. `c`: sklearn's inverse regularisation."""
    raw = _fit(vectors, labels, c=c, max_iter=max_iter, temperature=1.0)
    temperature = _temperature(vectors, np.asarray(labels), c=c, max_iter=max_iter)
    return Head(raw.labels, raw.centre, raw.weights, raw.bias, temperature)


def _fit(vectors: Floats, labels: Any, *, c: float, max_iter: int, temperature: float) -> Head:
    from sklearn.linear_model import LogisticRegression

    centre = vectors.mean(axis=0)
    model = LogisticRegression(C=c, max_iter=max_iter, class_weight="balanced")
    model.fit(_scaled(vectors, centre), labels)
    weights, bias = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:  # sklearn keeps one column for two classes
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Head(tuple(str(label) for label in model.classes_), centre, weights, bias, temperature)


def _temperature(vectors: Floats, labels: npt.NDArray[np.str_], *, c: float, max_iter: int) -> float:
    """The temperature under which held-out folds are least surprising (negative log likelihood); 1 where too few."""
    from sklearn.model_selection import StratifiedKFold

    if np.unique(labels, return_counts=True)[1].min() < FOLDS:
        return 1.0
    logits, truth = [], []
    for seen, held in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(vectors, labels):
        head = _fit(vectors[seen], labels[seen], c=c, max_iter=max_iter, temperature=1.0)
        logits.append(head._logits(vectors[held]))
        truth.append(np.searchsorted(head.labels, labels[held]))
    scores, answers = np.vstack(logits), np.concatenate(truth)
    rows = np.arange(len(answers))
    losses = [-np.log(_softmax(scores / t)[rows, answers] + 1e-12).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _scaled(vectors: Floats, centre: Floats) -> Floats:
    centred = vectors - centre
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9))


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
