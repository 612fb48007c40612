"""How near a message lies to each intent's own examples: what a straight line between intents cannot say.

It is measured where the wordings of one intent lie close together: directions in which examples of the same intent
differ say little about which one is meant, and count less (whitening by their pooled scatter, drawn half the way
towards no preference).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.nlu.regression import Floats

PRIOR: Final = 0.5
SHARPNESS: Final = 20.0
"""How much less an example counts that is farther away: its weight is e to the power of `SHARPNESS` x cosine."""


@dataclass(frozen=True)
class Nearest:
    """Unit vectors of examples after `whitening`, ordered by intent; `starts`: the first of each intent."""

    whitening: npt.NDArray[np.float32]
    examples: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, vectors: Floats, truth: npt.NDArray[np.int64]) -> "Nearest":
        """From centred vectors, one or more of each intent."""
        order = np.argsort(truth, kind="stable")
        rows, owners = vectors[order], truth[order]
        starts = np.searchsorted(owners, np.arange(owners[-1] + 1))
        whitening = _whitening(rows, starts, owners).astype(np.float32)
        return cls(whitening, _unit(rows @ whitening), starts)

    def closeness(self, vectors: Floats) -> Floats:
        """Of centred vectors, to each intent: the logarithm of the mean weight of its examples."""
        weights = np.exp(SHARPNESS * (_unit(vectors @ self.whitening) @ self.examples.T - 1))
        sizes = np.diff([*self.starts, len(self.examples)])
        return np.asarray(np.log(np.add.reduceat(weights, self.starts, axis=1) / sizes + 1e-30), dtype=np.float64)


def _whitening(rows: Floats, starts: npt.NDArray[np.int64], owners: npt.NDArray[np.int64]) -> Floats:
    width = rows.shape[1]
    means = np.add.reduceat(rows, starts) / np.bincount(owners)[:, np.newaxis]
    scatter = (rows - means[owners]).T @ (rows - means[owners])
    usual = float(np.trace(scatter)) / width
    if not usual:
        return np.eye(width)
    pooled = (1 - PRIOR) * scatter / usual + PRIOR * np.eye(width)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(pooled)).T)


def _unit(vectors: Floats) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
