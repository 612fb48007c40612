"""What a message says that it does not want or that is not so: "do NOT cancel, just change the address".

Classifiers and searches hear the words and miss the "not". So they are asked about the rest, with what the denied part
was about: of "my lock isn't broken, I can't find the manual" that is "my lock, I can't find the manual".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.understanding.load import WordLoader
from bot.understanding.words import read_words

DENIED = Path(__file__).parent / "denied.yml"
LONGEST_READ = 600
"""Characters: who writes more tells a story, and the whole of it is asked about."""

Place = tuple[int, int]

_HAN = re.compile("[\u3400-\u9fff]")
_DENYING = re.compile(r"n['o]?t\b|\b(?:no|never|nothing|nobody|rather|instead)\b|[不没别勿未无非]", re.IGNORECASE)
_MARK = re.compile(r"[,.;!?\n](?!\d)\s*")
_LEFT_OVER = re.compile(r"^[\s,.;:!?，。；：！？、-]+|[\s,;:，；：、-]+$")
_DOUBLED = re.compile(r"\s*[,，;；]\s*(?=[,，.。;；!！?？])|\s+(?=[,.;!?])")


@dataclass(frozen=True)
class Denial:
    """`places` are where the denied parts stand; `rest` is what else the text says, "" where nothing is left of it.

    `complaint`: whether it says that it is no complaint.
    """

    places: tuple[Place, ...] = ()
    rest: str = ""
    complaint: bool = False

    @property
    def is_all(self) -> bool:
        """Whether the text does nothing but deny."""
        return bool(self.places) and not self.rest

    def covers(self, start: int, end: int) -> bool:
        return any(first < end and start < last for first, last in self.places)


class _Rules(NamedTuple):
    patterns: tuple[re.Pattern[str], ...]
    no_complaint: tuple[re.Pattern[str], ...]
    but: re.Pattern[str]
    supposing: re.Pattern[str]
    asking: re.Pattern[str]
    bounded: re.Pattern[str]
    onwards: re.Pattern[str]
    fillers: re.Pattern[str]


class _Read(NamedTuple):
    """A text as the rules read it, and where each of its characters stands in the text."""

    text: str
    starts: tuple[int, ...]
    places: tuple[Place, ...]

    def place(self, start: int, end: int) -> Place:
        first, last = (bisect_right(self.starts, at) - 1 for at in (start, end - 1))
        return self.places[first][0], self.places[last][1]


def read_denial(text: str, folded: str) -> Denial:
    """`folded` is `text` as `clean.fold` has prepared it."""
    if len(text) > LONGEST_READ or not _DENYING.search(folded):
        return Denial(rest=text)
    is_chinese = _HAN.search(folded) is not None
    rules = _rules()["chinese" if is_chinese else "english"]
    read = _chinese(folded) if is_chinese else _english(folded)
    complaint = [match for match in _found(rules.no_complaint, read, rules) if not rules.but.match(read.text, match[1])]
    found = sorted({*_found(rules.patterns, read, rules), *_found(rules.no_complaint, read, rules)})
    places = [read.place(*one) for one in found]
    if not places:
        return Denial(rest=text)
    return Denial(tuple(places), _rest(text, folded, places, rules), bool(complaint))


def _found(patterns: tuple[re.Pattern[str], ...], read: _Read, rules: _Rules) -> Iterator[Place]:
    for pattern in patterns:
        for match in pattern.finditer(read.text):
            start, end = match.span("denied")
            clause = _MARK.split(read.text[:start])[-1]
            unsure = rules.asking.match(read.text, end) or rules.bounded.match(read.text, end)
            if not unsure and not rules.supposing.search(clause):
                yield start, end


def _rest(text: str, folded: str, places: list[Place], rules: _Rules) -> str:
    """What is left without the denied places and without the clauses of which they leave nothing; "" where no clause
    says anything else."""
    cut, says_more = list(places), False
    for start, end in _clauses(folded, places, rules):
        inside = [place for place in places if start < place[1] and place[0] < end]
        left = "".join(_outside(folded, start, end, inside))
        if not rules.fillers.sub("", left).strip(" ,.;:!?'\"-"):
            cut.append((start, end))
        elif not inside:
            says_more = True
    if not says_more:
        return ""
    joined = "".join(_outside(text, 0, len(text), sorted(cut)))
    return _LEFT_OVER.sub("", _DOUBLED.sub("", re.sub(r"\s+", " ", joined)))


def _clauses(folded: str, places: list[Place], rules: _Rules) -> Iterator[Place]:
    """Clauses by their marks; one with a denial also ends where it goes on to what is wanted."""
    ends = [match.end() for match in _MARK.finditer(folded)]
    for _, end in places:
        mark = next((one for one in ends if one >= end), len(folded))
        onwards = rules.onwards.search(folded, end, mark)
        if onwards:
            ends.append(onwards.start())
    bounds = sorted({0, *ends, len(folded)})
    yield from pairwise(bounds)


def _outside(text: str, start: int, end: int, places: list[Place]) -> Iterator[str]:
    for first, last in places:
        if first > start:
            yield text[start : min(first, end)]
        start = max(start, last)
    if start < end:
        yield text[start:end]


def _english(folded: str) -> _Read:
    words = read_words(folded)
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    places = tuple((word.start, word.end) for word in words)
    return _Read(" ".join(word.text for word in words), tuple(starts), places)


def _chinese(folded: str) -> _Read:
    return _Read(folded, tuple(range(len(folded))), tuple((at, at + 1) for at in range(len(folded))))


@lru_cache(maxsize=1)
def _rules() -> dict[str, _Rules]:
    listed: dict[str, Any] = yaml.load(DENIED.read_text("utf-8"), Loader=WordLoader)
    return {language: _compiled(given, language == "english") for language, given in listed.items()}


def _compiled(given: dict[str, Any], of_words: bool) -> _Rules:
    lists = {name: f"(?:{'|'.join(words.split())})" for name, words in given["lists"].items()}

    def compiled(pattern: str) -> re.Pattern[str]:
        while (filled := re.sub(r"\{([a-z_]+)\}", lambda name: lists[name[1]], pattern)) != pattern:
            pattern = filled
        return re.compile(pattern, re.IGNORECASE)

    fillers = rf"\b(?:{'|'.join(given['fillers'].split())})\b" if of_words else given["fillers"]
    return _Rules(
        patterns=tuple(map(compiled, given["patterns"])),
        no_complaint=tuple(map(compiled, given["no_complaint"])),
        fillers=compiled(fillers),
        **{name: compiled(given[name]) for name in ("but", "supposing", "asking", "bounded", "onwards")},
    )
