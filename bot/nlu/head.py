"""What tells the intents of one embedding space apart: a linear part on the vector, and one on the text's grams.

E5 vectors point all the same way (cosines 0.7 to 1.0): without centring a regularised head sees little but that.
Kept as plain arrays, so that a model file holds nothing that runs when it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.nlu.grams import Vocabulary
from bot.nlu.none import NoneOfThese
from bot.nlu.regression import Floats


@dataclass(frozen=True)
class Linear:
    """Logits of the labels: features x weights + bias."""

    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        return np.asarray(features @ self.weights + self.bias)


@dataclass(frozen=True)
class Head:
    """`share` says how much the grams' opinion weighs beside the vector's; 0 where no texts were given."""

    labels: tuple[str, ...]
    centre: Floats
    dense: Linear
    vocabulary: Vocabulary
    sparse: Linear
    share: float
    temperature: float
    none: NoneOfThese

    @property
    def dimension(self) -> int:
        return int(self.centre.shape[0])

    def probabilities(self, vectors: Floats, texts: Sequence[str] = ()) -> Floats:
        """Rows of probabilities in the order of `labels`, given that one of them is meant; see `none_of_these`.

        By the vectors alone where no texts are given.
        """
        scores = log_softmax(self._logits(vectors))
        if self.share and len(texts):
            scores += self.share * np.vstack([self._by_grams(text) for text in texts])
        return np.asarray(np.exp(log_softmax(scores / self.temperature)))

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
            share=np.asarray(self.share),
            temperature=np.asarray(self.temperature),
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
                vocabulary=Vocabulary(tuple(str(gram) for gram in kept["grams"]), kept["rarity"]),
                sparse=Linear(kept["sparse"], kept["sparse_bias"]),
                share=float(kept["share"]),
                temperature=float(kept["temperature"]),
                none=NoneOfThese(*(float(value) for value in kept["none"])),
            )


def scaled(vectors: Floats, centre: Floats) -> Floats:
    """Centred, and of length 1."""
    centred = vectors - centre
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9))


def log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
