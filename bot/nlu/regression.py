"""Multinomial logistic regression by L-BFGS, on rows that are dense or sparse.

Its own few lines, because two releases of scikit-learn (Rasa's and the product's) stop at different points, and what
the benches measure must be what Rasa trains.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_STEPS: Final = 100
STEEPEST_END: Final = 1e-4
"""The largest slope of the mean loss at which the search ends."""


def regress(features: Any, truth: npt.NDArray[np.int64], *, labels: int, c: float) -> tuple[Floats, Floats]:
    """Weights (features x labels) and bias. Every label weighs the same; the larger `c`, the less restraint."""
    from scipy.optimize import minimize

    rows, width = features.shape
    weight = (1 / np.bincount(truth, minlength=labels))[truth] / labels
    hit = (np.arange(rows), truth)
    restraint = 1 / (c * rows)

    def loss(flat: Floats) -> tuple[float, Floats]:
        at = flat.reshape(width + 1, labels)
        logits = features @ at[:-1] + at[-1]
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        sums = powers.sum(axis=1)
        value = float(weight @ (np.log(sums) - logits[hit])) + restraint / 2 * float((at[:-1] ** 2).sum())
        powers *= (weight / sums)[:, np.newaxis]
        powers[hit] -= weight
        slope = np.vstack([features.T @ powers + restraint * at[:-1], powers.sum(axis=0)])
        return value, slope.ravel()

    start = np.zeros((width + 1) * labels)
    options = {"maxiter": MOST_STEPS, "gtol": STEEPEST_END}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x.reshape(width + 1, labels)
    return found[:-1], found[-1]
