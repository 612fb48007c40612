"""Whether two questions are the same: in the same words, or in almost the same.

Almost: of the words that carry meaning at least `NEAR` are shared, and all numbers and negations are. Candidates
are found by their rarest words (prefix filtering: Bayardo et al., "Scaling up all pairs similarity search", 2007),
so that ten thousand rows are compared with a hundred thousand articles in seconds.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

NEAR = 0.85
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
_APOSTROPHE = re.compile("['’]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_EXACT = re.compile(r"\d|[不没无未非别]|^(?:not|no|without|never|cannot|cant|dont|doesnt|isnt|wont|didnt|arent)$")
"""What changes the meaning by itself: a number, a model, a no."""
# fmt: off
_SMALL = frozenset({
    "a", "an", "the", "i", "my", "me", "we", "our", "you", "your", "it", "its", "is", "am", "are", "be", "was", "were",
    "do", "does", "did", "have", "has", "had", "to", "of", "in", "on", "at", "for", "with", "and", "or", "can",
    "could", "would", "will", "should", "may", "please", "how", "what", "where", "when", "why", "which", "who", "if",
    "this", "that", "there", "any", "some",
})
# fmt: on
_SMALL_ZH = re.compile("请问|怎么样|怎么|怎样|如何|什么|一下|[的了吗呢啊吧呀么我你您请在是]")


def plain(text: str) -> str:
    """A question without what makes no difference: widths, case, punctuation, blanks."""
    folded = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_WORD.findall(folded)) or folded.strip()


@dataclass(frozen=True)
class _Asked:
    key: str
    words: frozenset[str]
    exact: frozenset[str]


class Questions:
    """Questions by the key of who asks them. `seen`: all that will come, to know which words are rare."""

    def __init__(self, seen: Iterable[tuple[str, str]]) -> None:
        self._common = Counter(word for language, text in seen for word in _words(text))
        self._same: dict[tuple[str, str], str] = {}
        self._variants: dict[tuple[str, str], str] = {}
        self._by_word: dict[tuple[str, str], list[_Asked]] = defaultdict(list)

    def add(self, key: str, language: str, text: str, *, variants: Iterable[str] = ()) -> None:
        self._same.setdefault((language, plain(text)), key)
        for variant in variants:
            self._variants.setdefault((language, plain(variant)), key)
        asked = _asked(key, text)
        for word in self._rarest(asked.words):
            self._by_word[language, word].append(asked)

    def same(self, language: str, text: str) -> str | None:
        """Whose question this very one is."""
        return self._same.get((language, plain(text)))

    def near(self, language: str, text: str) -> str | None:
        """Who asks it already: in these words, as a variant, or in almost these words."""
        wording = (language, plain(text))
        found = self._same.get(wording) or self._variants.get(wording)
        if found is not None:
            return found
        asked = _asked("", text)
        others = (one for word in self._rarest(asked.words) for one in self._by_word.get((language, word), ()))
        return next((one.key for one in others if _is_near(asked, one)), None)

    def _rarest(self, words: frozenset[str]) -> list[str]:
        """So many that two questions which are near share one of them."""
        many = len(words) - math.ceil(NEAR * len(words)) + 1
        return sorted(words, key=lambda word: (self._common[word], word))[:many] if words else []


def _is_near(one: _Asked, other: _Asked) -> bool:
    if one.exact != other.exact:
        return False
    shared = len(one.words & other.words)
    return shared >= NEAR * (len(one.words) + len(other.words) - shared)


def _asked(key: str, text: str) -> _Asked:
    words = _words(text)
    return _Asked(key, words, frozenset(word for word in words if _EXACT.search(word)))


def _words(text: str) -> frozenset[str]:
    """The words that carry meaning; of Chinese every character and every pair of neighbours."""
    found: set[str] = set()
    for word in plain(text).split(" "):
        if _HAN.match(word):
            kept = _SMALL_ZH.sub("", word)
            found |= {*kept, *(kept[place : place + 2] for place in range(len(kept) - 1))}
        elif word not in _SMALL:
            found.add(word)
    return frozenset(found)
