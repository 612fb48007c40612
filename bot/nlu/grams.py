"""Pieces of a text's words, weighed by how rare they are: names and small words that a sentence vector smooths away.

Letters and digits are read in pieces of two to five, with a space at both ends of a word; Chinese, where a word is
short, in pieces of one and two.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.nlu.regression import Floats

CJK: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"
"""The inside of a character class for scripts that are written without spaces."""

MOST_GRAMS: Final = 15_000
"""Kept of a training set, those of most texts first: with 77 intents 9 MB, and seconds to learn."""
LONGEST_TEXT: Final = 512

_RUN: Final = re.compile(rf"[{CJK}]+|[^\s{CJK}]+")
_CJK: Final = re.compile(rf"[{CJK}]")


def grams(text: str) -> Counter[str]:
    """How often each piece stands in the first LONGEST_TEXT characters."""
    found: Counter[str] = Counter()
    for run in _RUN.findall(text[:LONGEST_TEXT].casefold()):
        word, sizes = (run, (1, 2)) if _CJK.match(run) else (f" {run} ", (2, 3, 4, 5))
        for size in sizes:
            found.update(word[at : at + size] for at in range(len(word) - size + 1))
    return found


@dataclass(frozen=True)
class Vocabulary:
    """The pieces that count, and how rare each is: inverse document frequency, ln((1 + texts) / (1 + with it)) + 1.

    `usual`: how much the typical text that it was made of says (the length of its vector of weights).
    """

    names: tuple[str, ...]
    rarity: Floats
    usual: float = 0.0

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Vocabulary":
        counted = [grams(text) for text in texts]
        spread = Counter(gram for found in counted for gram in found).most_common(MOST_GRAMS)
        counts = np.array([count for _, count in spread], dtype=np.float64)
        names = tuple(gram for gram, _ in spread)
        made = cls(names, np.log((1 + len(texts)) / (1 + counts)) + 1)
        usual = np.median([np.linalg.norm(made._weights(found)[1]) for found in counted])
        return replace(made, usual=float(usual))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    def weighed(self, text: str) -> tuple[npt.NDArray[np.int64], Floats]:
        """The places of the text's known pieces and the weight of each: a vector of length 1.

        Shorter where the text says less than usual, so that one word alone does not speak as loudly as a sentence.
        """
        places, values = self._weights(grams(text))
        return places, values / max(float(np.linalg.norm(values)), self.usual, 1e-9)

    def _weights(self, found: Counter[str]) -> tuple[npt.NDArray[np.int64], Floats]:
        """The places of known pieces, and (1 + ln count) x rarity of each."""
        known = [(self._places[gram], count) for gram, count in found.items() if gram in self._places]
        if not known:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        places, counts = np.array(known, dtype=np.int64).T
        return places, (1 + np.log(counts)) * self.rarity[places]
