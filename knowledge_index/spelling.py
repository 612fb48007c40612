"""Words put right by the words that the articles use: slips of the keyboard, and words written together or apart.

Only a word that no article knows is touched, and only towards one that some article has: a right word that is new
here stays as it is unless it lies one slip from a known one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from knowledge_index.text import is_chinese

SHORTEST = 4
"""Of words this short only swapped and left out letters are put right: "rent" is no slip of "sent"."""
LONG = 7
"""From this length on two slips are forgiven, else one."""


class Spelling:
    """Counts words, so that adding and removing leaves what was there before."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._near: dict[str, tuple[str, ...]] = {}

    def add(self, words: Iterable[str]) -> None:
        for word in words:
            self._words[word] += 1
            if self._words[word] == 1:
                for short in _shortened(word):
                    self._near[short] = (*self._near.get(short, ()), word)

    def remove(self, words: Iterable[str]) -> None:
        for word in words:
            self._words[word] -= 1
            if not self._words[word]:
                del self._words[word]
                for short in _shortened(word):
                    left = tuple(other for other in self._near.pop(short) if other != word)
                    if left:
                        self._near[short] = left

    def corrected(self, words: Sequence[str]) -> list[str]:
        """The words, each unknown one as it was probably meant."""
        found: list[str] = []
        rest = iter(range(len(words)))
        for place in rest:
            joined = "".join(words[place : place + 2])
            if place + 1 < len(words) and joined in self._words and not self._knows_all(words[place : place + 2]):
                found.append(joined)
                next(rest)
            else:
                found += self._meant(words[place])
        return found

    def _knows_all(self, words: Sequence[str]) -> bool:
        return all(word in self._words for word in words)

    def _meant(self, word: str) -> list[str]:
        if word in self._words or len(word) < SHORTEST or not word.isascii():
            return [word]
        for place in range(3, len(word) - 2):
            if self._knows_all((word[:place], word[place:])):
                return [word[:place], word[place:]]
        most = 1 if len(word) < LONG else 2
        near = {other for short in _shortened(word) for other in self._near.get(short, ())}
        if len(word) == SHORTEST:
            near = {other for other in near if other[0] == word[0] and (len(other) > SHORTEST or _swapped(word, other))}
        ranked = sorted((slips(word, other), -self._words[other], other) for other in near)
        return [ranked[0][2]] if ranked and ranked[0][0] <= most else [word]


def _swapped(one: str, other: str) -> bool:
    return sorted(one) == sorted(other)


def slips(one: str, other: str) -> int:
    """How many letters were left out, put in, exchanged for another or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, facing in enumerate(other, start=1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != facing))
            swapped = row > 1 and column > 1 and letter == other[column - 2] and facing == one[row - 2]
            now.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, last = last, now
    return last[-1]


def _shortened(word: str) -> Iterator[str]:
    """The word, and with any one letter left out: what two words one or two slips apart have in common.

    None of a Chinese run: those are put right by sound, and would take most of the memory.
    """
    if is_chinese(word):
        return
    yield word
    if len(word) >= SHORTEST - 1:
        yield from {word[:place] + word[place + 1 :] for place in range(len(word))}
