"""Logistic regression by Newton's method with a ridge, and the smallest threshold that keeps a promise. Pure numpy."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge_index.calibration import Logistic

Floats = NDArray[np.float64]
RIDGE = 1.0
NOTHING = Logistic(0.0, {})
MAX_STEPS = 50


def logistic(
    rows: Sequence[Mapping[str, float]],
    hits: Sequence[bool],
    weights: Sequence[float],
    rising: Collection[str],
    *,
    known: Logistic = NOTHING,
    ridge: float = RIDGE,
) -> Logistic:
    """Fit `hits` by the named features. Features are scaled for the ridge and scaled back in the answer.

    `known` is where to start from: `ridge` draws towards it, so that few rows change it little.

    More of a `rising` feature may never lower the chance: one that would is left out and the rest fitted again.
    Without that, an exact match, which no held-out question is, could lose to a loose one.
    """
    names = list(rows[0])
    while True:
        fitted = _fit(names, rows, hits, weights, known, ridge)
        falling = {name: weight for name, weight in fitted.weights.items() if name in rising and weight < 0}
        if not falling:
            return fitted
        names.remove(min(falling, key=lambda name: falling[name]))


def _fit(
    names: Sequence[str],
    rows: Sequence[Mapping[str, float]],
    hits: Sequence[bool],
    weights: Sequence[float],
    known: Logistic,
    ridge: float,
) -> Logistic:
    raw = np.array([[row[name] for name in names] for row in rows])
    before = np.array([known.weights.get(name, 0.0) for name in names])
    centre, spread = raw.mean(0), np.maximum(raw.std(0), 1e-6)
    design = np.hstack([np.ones((len(raw), 1)), (raw - centre) / spread])
    offset = known.bias + raw @ before
    solved = _newton(design, offset, np.array(hits, dtype=float), np.array(weights, dtype=float), ridge)
    scaled = solved[1:] / spread
    bias = known.bias + float(solved[0] - scaled @ centre)
    found = {name: round(float(weight), 5) for name, weight in zip(names, before + scaled, strict=True)}
    return Logistic(round(bias, 5), found)


def _newton(design: Floats, offset: Floats, hits: Floats, weights: Floats, strength: float) -> Floats:
    ridge = np.eye(design.shape[1]) * strength
    ridge[0, 0] = 0.0
    solved = np.zeros(design.shape[1])
    for _ in range(MAX_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(offset + design @ solved, -30, 30)))
        gradient = design.T @ (weights * (chance - hits)) + ridge @ solved
        curvature = design.T @ (design * (weights * chance * (1 - chance) + 1e-9)[:, None]) + ridge
        step = np.linalg.solve(curvature, gradient)
        solved -= step
        if np.abs(step).max() < 1e-8:
            break
    return solved


def threshold(chances: Sequence[float], hits: Sequence[bool], weights: Sequence[float], precision: float) -> float:
    """The lowest chance from which on at least `precision` of what is let through is right; 1.0 when there is none."""
    order = np.argsort(chances)[::-1]
    weight = np.asarray(weights, dtype=float)[order]
    right = np.cumsum(np.asarray(hits, dtype=float)[order] * weight) / np.cumsum(weight)
    good = np.flatnonzero(right >= precision)
    return float(np.asarray(chances)[order][good[-1]]) if good.size else 1.0
