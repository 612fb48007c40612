"""How likely it is that none of the intents is meant, learnt by leaving whole intents out.

A vector that no intent claims has small logits for all of them. Their log-sum-exp (the energy of a classifier, as
out-of-distribution detection calls it) tells strangers better than the best probability does, which is high also where
one small claim is merely larger than the others.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.nlu.regression import Floats, regress

CURVE_C: Final = 10.0


@dataclass(frozen=True)
class NoneOfThese:
    """A logistic curve over the energy. `slope` 0 with `offset` far below 0 says "never"."""

    slope: float
    offset: float

    def chances(self, logits: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(self.offset + self.slope * energy(logits)))))


NEVER = NoneOfThese(slope=0.0, offset=-50.0)


def energy(logits: Floats) -> Floats:
    highest = logits.max(axis=1)
    return np.asarray(highest + np.log(np.exp(logits - highest[:, np.newaxis]).sum(axis=1)))


def curve(known: Floats, strange: Floats) -> NoneOfThese:
    """From the energies of held-out rows of known intents and of intents that were left out; both weigh the same."""
    energies = np.concatenate([known, strange])[:, np.newaxis]
    truth = np.repeat([0, 1], [len(known), len(strange)])
    weights, bias = regress(energies, truth, labels=2, c=CURVE_C)
    return NoneOfThese(float(weights[0, 1] - weights[0, 0]), float(bias[1] - bias[0]))
