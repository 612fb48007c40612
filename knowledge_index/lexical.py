"""The word index of one language: BM25F over two fields, what an article is asked by and what it answers.

English words lose stop words and endings; Chinese is read as characters and pairs of characters, which matched
jieba's words in measurement and loads nothing. Scores are shares of what the query asks for, about 0..1.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from knowledge_index.homophones import mended
from knowledge_index.postings import Lengths, Postings, Scores
from knowledge_index.spelling import Spelling
from knowledge_index.text import is_chinese

K1 = 1.2
B = 0.3
ANSWER_SHARE = 0.3
LONGEST_WORD_ZH = 3
"""Characters: 摄像头. Four of them are mostly two words."""

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+")
_HYPHEN = re.compile(r"(?<=\b\w)-(?=\w)|(?<=\b\w\w)-(?=\w)")
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
_ASKING_NOTHING = frozenset(
    {"a", "an", "the", "my", "our", "your", "this", "that", "about", "please", "hi", "hello", "hey"}
)
_ASKING_ZH = frozenset("怎哪几谁何多")
_STOP_ZH = frozenset("的了吗呢啊吧呀么是我你您们请在有和就都也个着得地这那")
_ENDINGS = ("ing", "ed", "ies", "es", "ly", "s")


def runs(text: str) -> list[str]:
    """The words of a cleaned text in small letters, those of a Chinese sentence in one; "Wi-Fi" is "wifi"."""
    found = _RUN.findall(_HYPHEN.sub("", text.lower().replace("'", "").replace("’", "")))
    return [run for run in found if not _NUMBER.search(run)]


def tokens(text: str, language: str) -> list[str]:
    """The index terms of a cleaned text, in order, repeats included."""
    return terms(runs(text), language)


def terms(words: Iterable[str], language: str) -> list[str]:
    found: list[str] = []
    for run in words:
        if is_chinese(run):
            found += [char for char in run if char not in _STOP_ZH]
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        elif language != "en":
            found.append(run)
        elif run not in _STOP_EN:
            found.append(stem(run))
    return found


def is_word(text: str) -> bool:
    """Whether a cleaned text says one word and asks nothing with it: "my battery?", "退货"."""
    said = [run for run in runs(text) if run not in _ASKING_NOTHING]
    if len(said) != 1:
        return False
    return not is_chinese(said[0]) or (len(said[0]) <= LONGEST_WORD_ZH and _ASKING_ZH.isdisjoint(said[0]))


@lru_cache(maxsize=20_000)
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


@dataclass(frozen=True, slots=True)
class Counted:
    """An article's terms, those that it is asked with first, and its words as they are written."""

    terms: tuple[str, ...]
    asked: int
    words: tuple[str, ...]


class WordIndex:
    """BM25F over articles. Counts are whole numbers: adding and removing leaves exactly what a rebuild gives."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._postings: dict[str, Postings] = defaultdict(Postings)
        self._articles: dict[str, Counted] = {}
        self._places: dict[str, int] = {}
        self._names: list[str | None] = []
        self._free: list[int] = []
        self._lengths = Lengths(B, ANSWER_SHARE)
        self._spelling = Spelling()
        self._spelling.add(_STOP_EN)

    def terms(self, text: str) -> list[str]:
        """What a query asks for, its slips put right by the words that are known here."""
        return terms(self._spelling.corrected(runs(text)), self.language)

    def meant(self, text: str) -> str | None:
        """A cleaned text as it was probably meant, by the words that are known here; None where no slip is seen."""
        words = runs(text)
        found = [mended(word, self._uses) if is_chinese(word) else word for word in self._spelling.corrected(words)]
        return " ".join(found) if found != words else None

    def _uses(self, term: str) -> int:
        return len(self._postings.get(term, ()))

    def add(self, article_id: str, *, asked: Iterable[str], answer: Iterable[str] = ()) -> None:
        """Index an article's wordings and its answer; one that is there already is replaced."""
        self.remove(article_id)
        questions, answers = _words(asked), _words(answer)
        in_asked, in_answer = self._counted(questions), self._counted(answers)
        only_answered = (term for term in in_answer if term not in in_asked)
        counted = Counted((*in_asked, *only_answered), len(in_asked), (*questions, *answers))
        self._spelling.add(counted.words)
        self._articles[article_id] = counted
        place = self._place(article_id)
        self._lengths.note(place, in_asked.total(), in_answer.total())
        for term in counted.terms:
            self._postings[term].add(place, in_asked[term], in_answer[term])

    def _place(self, article_id: str) -> int:
        if not self._free:
            self._free.append(self._lengths.grow())
            self._names.append(None)
        place = self._places[article_id] = self._free.pop()
        self._names[place] = article_id
        return place

    def remove(self, article_id: str) -> None:
        counted = self._articles.pop(article_id, None)
        if counted is None:
            return
        place = self._places.pop(article_id)
        self._names[place] = None
        self._free.append(place)
        self._lengths.forget(place)
        self._spelling.remove(counted.words)
        for term in counted.terms:
            self._postings[term].remove(place)
            if not self._postings[term]:
                del self._postings[term]

    def scores(self, terms: Sequence[str]) -> Scores:
        """The score of each article that shares a term, as a share of the most that can be asked for."""
        weights = self._weights(terms)
        whole = sum(weights.values())
        scores = np.zeros(len(self._lengths))
        for term, weight in weights.items():
            postings = self._postings.get(term)
            if postings is not None:
                places, heard = postings.heard(self._lengths, K1)
                scores[places] += heard * (weight / whole)
        return Scores(scores, self._places, self._names)

    def coverage(self, terms: Sequence[str], article_id: str) -> float:
        """How much of the query, by weight, stands anywhere in the article; a term unknown here weighs most."""
        weights = self._weights(terms)
        counted = self._articles.get(article_id)
        own = counted.terms if counted else ()
        held = sum(weight for term, weight in weights.items() if term in own)
        return held / sum(weights.values()) if weights else 0.0

    def rivals(self, terms: Sequence[str], article_id: str, others: Iterable[str]) -> int:
        """How many of `others` are asked with as much of the query, by weight, as the article is."""
        weights = self._weights(terms)
        own = self._asked_with(weights, article_id)
        return sum(share > 0 and share >= own for share in (self._asked_with(weights, other) for other in others))

    def _asked_with(self, weights: Mapping[str, float], article_id: str) -> float:
        counted = self._articles[article_id]
        asked = counted.terms[: counted.asked]
        return sum(weight for term, weight in weights.items() if term in asked)

    def _counted(self, words: Iterable[str]) -> Counter[str]:
        return Counter(map(sys.intern, terms(words, self.language)))

    def _weights(self, terms: Sequence[str]) -> dict[str, float]:
        total = len(self._articles)
        return {
            term: math.log(1 + (total - found + 0.5) / (found + 0.5))
            for term in dict.fromkeys(terms)
            for found in (self._uses(term),)
        }


def _words(texts: Iterable[str]) -> list[str]:
    return [sys.intern(run) for text in texts for run in runs(text)]
