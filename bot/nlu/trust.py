"""How far each opinion on a message is to be trusted: the weights under which held-out examples surprise least."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.nlu.regression import Floats

Trust = tuple[float, float, float]
"""In the vector, the grams and the nearest examples."""

UNTESTED: Final[Trust] = (1.0, 0.15, 0.3)


def log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def weighed(opinions: Sequence[Floats], weights: Any) -> Floats:
    """Log probabilities from each opinion's own: the weighted sum, made to add up again."""
    return log_softmax(np.tensordot(weights, np.stack(opinions), axes=1))


def learnt(opinions: Sequence[Floats], truth: npt.NDArray[np.int64], start: Trust) -> Trust:
    """The weights of `opinions` (log probabilities, texts x labels), none below 0; what starts at 0 stays there.

    Three numbers from hundreds of texts: their sum is also the temperature that makes the probabilities honest.
    """
    from scipy.optimize import minimize

    stacked, rows = np.stack(opinions), np.arange(len(truth))

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = weighed(opinions, weights)
        slope = (np.exp(scores) * stacked).sum(axis=2) - stacked[:, rows, truth]
        return -float(scores[rows, truth].mean()), slope.mean(axis=1)

    bounds = [(0.0, None if weight else 0.0) for weight in start]
    dense, grams, near = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(dense), float(grams), float(near)
