"""The word index of one language: BM25 over passages, the best passage speaking for its article.

English words lose stop words and endings; Chinese is read as characters and pairs of characters, which matched
jieba's words in measurement and loads nothing. Scores are shares of what the query asks for, about 0..1.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

K1 = 1.2
B = 0.3

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+")
_NUMBER = re.compile(r"\d{4}")
"""Order and phone numbers say whose matter it is, not what it is about."""
# fmt: off
_STOP_EN = frozenset({
    "a", "an", "the", "i", "my", "me", "we", "our", "you", "your", "it", "its", "is", "am", "are", "be",
    "was", "were", "been", "do", "does", "did", "have", "has", "had", "to", "of", "in", "on", "at", "for",
    "with", "and", "or", "but", "if", "so", "this", "that", "these", "those", "there", "what", "which", "who",
    "whom", "when", "where", "why", "how", "can", "could", "would", "will", "shall", "should", "may", "might",
    "just", "please", "not", "no", "from", "as", "by", "im", "ive", "dont", "doesnt", "cant", "isnt", "wont",
    "id", "ill", "youre", "whats", "hi", "hello", "hey", "any", "some", "get", "got",
})
# fmt: on
_STOP_ZH = frozenset("的了吗呢啊吧呀么是我你您们请在有和就都也个着得地这那")
_ENDINGS = ("ing", "ed", "ies", "es", "ly", "s")


def tokens(text: str, language: str) -> list[str]:
    """The index terms of a cleaned text, in order, repeats included."""
    found: list[str] = []
    for run in _RUN.findall(text.lower().replace("'", "").replace("’", "")):
        if _NUMBER.search(run):
            continue
        if run[0] >= "\u3400" and run[0] <= "\u9fff":
            found += [char for char in run if char not in _STOP_ZH]
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        elif language != "en":
            found.append(run)
        elif run not in _STOP_EN:
            found.append(stem(run))
    return found


def stem(word: str) -> str:
    """A light English stem: enough to join "charging", "charged" and "charges"; never shorter than three letters."""
    for ending in _ENDINGS:
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= 3 and not word.endswith("ss"):
            return _tidy(base, ending)
    return word.rstrip("e") if len(word) > 4 else word


def _tidy(base: str, ending: str) -> str:
    if ending == "ies":
        return base + "y"
    if ending in ("ing", "ed") and base[-1] == base[-2] and base[-1] not in "lsz":
        base = base[:-1]
    return base.rstrip("e") if len(base) > 3 else base


class WordIndex:
    """Counts are whole numbers, so that adding and removing leaves exactly what a rebuild would give."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._postings: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
        self._passages: dict[str, list[Counter[str]]] = {}
        self._lengths: dict[tuple[str, int], int] = {}
        self._total_length = 0

    def add(self, article_id: str, texts: Iterable[str]) -> None:
        """Index an article's passages; one that is there already is replaced."""
        self.remove(article_id)
        self._passages[article_id] = [Counter(tokens(text, self.language)) for text in texts]
        for number, counts in enumerate(self._passages[article_id]):
            length = counts.total()
            self._lengths[article_id, number] = length
            self._total_length += length
            for term, count in counts.items():
                self._postings[term][article_id, number] = count

    def remove(self, article_id: str) -> None:
        for number, counts in enumerate(self._passages.pop(article_id, ())):
            self._total_length -= self._lengths.pop((article_id, number))
            for term in counts:
                del self._postings[term][article_id, number]
                if not self._postings[term]:
                    del self._postings[term]

    def scores(self, terms: Sequence[str]) -> dict[str, float]:
        """The best passage score of each article that shares a term, as a share of the most that can be asked for."""
        weights = self._weights(terms)
        whole = sum(weights.values())
        average = self._total_length / max(len(self._lengths), 1) or 1.0
        by_passage: dict[tuple[str, int], float] = defaultdict(float)
        for term, weight in weights.items():
            for passage, count in self._postings.get(term, {}).items():
                damping = K1 * (1 - B + B * self._lengths[passage] / average)
                by_passage[passage] += weight * count * (K1 + 1) / (count + damping) / whole
        best: dict[str, float] = {}
        for (article_id, _), score in by_passage.items():
            best[article_id] = max(score, best.get(article_id, 0.0))
        return best

    def coverage(self, terms: Sequence[str], article_id: str) -> float:
        """How much of the query, by weight, stands anywhere in the article; a term unknown here weighs most."""
        weights = self._weights(terms)
        passages = self._passages.get(article_id, ())
        held = sum(weight for term, weight in weights.items() if any(term in counts for counts in passages))
        return held / sum(weights.values()) if weights else 0.0

    def _weights(self, terms: Sequence[str]) -> dict[str, float]:
        total = len(self._lengths)
        return {
            term: math.log(1 + (total - found + 0.5) / (found + 0.5))
            for term in dict.fromkeys(terms)
            for found in (len(self._postings.get(term, ())),)
        }
