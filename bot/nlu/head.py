"""What tells the intents of one embedding space apart: three opinions, and how far each is to be trusted.

E5 vectors point all the same way (cosines 0.7 to 1.0): without centring a regularised head sees little but that.
Kept as plain arrays, so that a model file holds nothing that runs when it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bot.nlu.grams import Vocabulary
from bot.nlu.nearest import Nearest
from bot.nlu.none import NoneOfThese
from bot.nlu.regression import Floats
from bot.nlu.trust import Trust, log_softmax, weighed

HALF: Final = 0.5
"""The weight of a tuned encoder's opinion, and of all the others together. It has seen every example, so that none can
be held out to tell what it is worth: chosen on other data, for the least surprise."""


@dataclass(frozen=True)
class Linear:
    """Logits of the labels: features x weights + bias."""

    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        return np.asarray(features @ self.weights + self.bias)


@dataclass(frozen=True)
class Head:
    """`trust`: the weights of the vector's, the grams' and the nearest examples' opinion.

    `shortest`: how long the shortest example of each label is. Without texts to learn from these are 0, and so is the
    trust in grams.
    """

    labels: tuple[str, ...]
    centre: Floats
    dense: Linear
    vocabulary: Vocabulary
    sparse: Linear
    nearest: Nearest
    trust: Trust
    shortest: Floats
    none: NoneOfThese

    @property
    def dimension(self) -> int:
        return int(self.centre.shape[0])

    def probabilities(self, vectors: Floats, texts: Sequence[str] = (), beside: Floats | None = None) -> Floats:
        """Rows of probabilities in the order of `labels`, given that one of them is meant; see `none_of_these`.

        By the vectors alone where no texts are given. `beside`: log probabilities by a tuned encoder's head. A row adds
        up to less than 1 where its text is shorter than any example of its likeliest label: "account" alone is about
        an account, but does not yet say that it is blocked.
        """
        chances = np.exp(self._with(beside, weighed(self.opinions(vectors, texts), self.trust)))
        if not len(texts):
            return np.asarray(chances)
        lengths, wanted = np.array([said(text) for text in texts]), self.shortest[chances.argmax(axis=1)]
        return np.asarray(chances * (np.minimum(1, lengths / np.maximum(wanted, 1)) ** 2)[:, np.newaxis])

    def log_probabilities(self, vectors: Floats) -> Floats:
        """By the vectors alone, for another head to hear."""
        return weighed(self.opinions(vectors), self.trust)

    def opinions(self, vectors: Floats, texts: Sequence[str] = ()) -> tuple[Floats, Floats, Floats]:
        """Log probabilities of the labels by the vectors, by the grams and by the nearest examples."""
        near = self.nearest.closeness(vectors - self.centre)
        grams = np.zeros_like(near)
        if self.trust[1] and len(texts):
            grams = np.vstack([self._by_grams(text) for text in texts])
        return log_softmax(self._logits(vectors)), grams, log_softmax(near)

    def _with(self, beside: Floats | None, scores: Floats) -> Floats:
        return scores if beside is None else weighed((scores, beside), (HALF, HALF))

    def none_of_these(self, vectors: Floats) -> Floats:
        """The probability of each row that it means none of the labels."""
        return self.none.chances(self._logits(vectors))

    def _logits(self, vectors: Floats) -> Floats:
        return self.dense.logits(scaled(vectors, self.centre))

    def _by_grams(self, text: str) -> Floats:
        places, values = self.vocabulary.weighed(text)
        return log_softmax((values @ self.sparse.weights[places] + self.sparse.bias)[np.newaxis, :])

    def save(self, path: Path) -> None:
        np.savez(
            path,
            labels=np.asarray(self.labels, dtype=np.str_),
            centre=self.centre,
            dense=self.dense.weights,
            dense_bias=self.dense.bias,
            grams=np.asarray(self.vocabulary.names, dtype=np.str_),
            rarity=self.vocabulary.rarity,
            sparse=self.sparse.weights,
            sparse_bias=self.sparse.bias,
            usual=np.asarray(self.vocabulary.usual),
            whitening=self.nearest.whitening,
            examples=self.nearest.examples,
            starts=self.nearest.starts,
            trust=np.asarray(self.trust),
            shortest=self.shortest,
            none=np.asarray([self.none.slope, self.none.offset]),
        )

    @classmethod
    def load(cls, path: Path) -> "Head":
        """Raises ValueError for a file that would have to be unpickled."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(
                labels=tuple(str(label) for label in kept["labels"]),
                centre=kept["centre"],
                dense=Linear(kept["dense"], kept["dense_bias"]),
                vocabulary=Vocabulary(tuple(str(gram) for gram in kept["grams"]), kept["rarity"], float(kept["usual"])),
                sparse=Linear(kept["sparse"], kept["sparse_bias"]),
                nearest=Nearest(kept["whitening"], kept["examples"], kept["starts"]),
                trust=(float(kept["trust"][0]), float(kept["trust"][1]), float(kept["trust"][2])),
                shortest=kept["shortest"],
                none=NoneOfThese(*(float(value) for value in kept["none"])),
            )


def scaled(vectors: Floats, centre: Floats) -> Floats:
    """Centred, and of length 1."""
    centred = vectors - centre
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9))


def said(text: str) -> int:
    """How much a text says: its characters without spaces."""
    return sum(map(len, text.split()))
