"""Whether a message only names a thing: "my camera", 电池. By its words alone: no name of a thing is listed here.

Such a message complains of nothing and asks nothing that could be answered; a classifier that knows the thing from
whole sentences is sure of itself all the same.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.understanding.load import WordLoader
from bot.understanding.vocabulary import vocabulary

SAYS_OF = Path(__file__).parent / "says_of.yml"
MOST_WORDS = 2
MOST_CHARACTERS = 4
ONE_WORD_CHARACTERS = 2
"""Up to so many, Chinese characters are one word; of more, the first may be a verb (换电池)."""

_WORDS = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_LETTERS_OR_DIGITS = re.compile(r"[^\W_]+")
_HAN = re.compile("[\u3400-\u9fff]")
_STATE = re.compile(r".{2,}(?:ed|n't)")
_DOING = re.compile(r".{2,}ing")
"""Alone it is as often a name (shipping, billing)."""
_GOES_ON = re.compile(r"(?:and|or|but|also|then|same)\b|那|换成|还有")
"""What begins so leans on what was asked before."""


class _SaysOf(NamedTuple):
    around_english: frozenset[str]
    english: frozenset[str]
    around_chinese: re.Pattern[str]
    chinese: re.Pattern[str]


def words_named(folded: str) -> int:
    """Of how many words the name is that is all there is in a text that `clean.fold` has prepared; 0 where it says
    more than a name, less, or has digits in it."""
    lowered = folded.strip().lower()
    if _GOES_ON.match(lowered):
        return 0
    if _HAN.search(lowered):
        return _chinese(lowered)
    words = [word for word in _WORDS.findall(lowered) if word not in _says_of().around_english]
    plain = all(piece.isascii() and piece.isalpha() for piece in _LETTERS_OR_DIGITS.findall(lowered))
    if not plain or not 1 <= len(words) <= MOST_WORDS or any(map(_says_something, words)):
        return 0
    return 0 if len(words) > 1 and any(map(_DOING.fullmatch, words)) else len(words)


def name_in(folded: str) -> str:
    """The name without what stands around it, for a text of which `words_named` says that it is one."""
    lowered = folded.strip().lower()
    if _HAN.search(lowered):
        return _bare_chinese(lowered)
    return " ".join(word for word in _WORDS.findall(lowered) if word not in _says_of().around_english)


def _bare_chinese(lowered: str) -> str:
    return "".join(_LETTERS_OR_DIGITS.findall(_says_of().around_chinese.sub("", lowered)))


def _says_something(word: str) -> bool:
    return len(word) == 1 or word in _says_of().english or _STATE.fullmatch(word) is not None


def _chinese(lowered: str) -> int:
    bare = _bare_chinese(lowered)
    latin = _WORDS.findall(bare)
    count = len(_HAN.findall(bare)) + ONE_WORD_CHARACTERS * len(latin)
    letters = "".join(latin) + "".join(_HAN.findall(bare))
    if not 1 < count <= MOST_CHARACTERS or len(letters) != len(bare) or _says_of().chinese.search(bare):
        return 0
    return 1 if count <= ONE_WORD_CHARACTERS else 2


@lru_cache(maxsize=1)
def _says_of() -> _SaysOf:
    listed = yaml.load(SAYS_OF.read_text("utf-8"), Loader=WordLoader)
    longest_first = sorted(listed["around"]["zh"].split(), key=len, reverse=True)
    return _SaysOf(
        around_english=frozenset(listed["around"]["en"].split()) | vocabulary().courtesy,
        english=frozenset(listed["en"].split()),
        around_chinese=re.compile("|".join(map(re.escape, longest_first))),
        chinese=re.compile("|".join(listed["zh"])),
    )
