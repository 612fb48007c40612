"""English words as the rules read them: lower case, contractions opened, each with its place in the text."""

import re
from typing import NamedTuple


class Word(NamedTuple):
    text: str
    start: int
    end: int


UNKNOWN = "\u00b7"
"""Stands for every word that no rule knows, so that customers' words never fill the matcher's vocabulary."""
NUMBER = "0"

_PIECE = re.compile(
    r"(?P<word>[A-Za-zÀ-ÖØ-öø-ÿ]+(?:'[A-Za-z]+){0,2})"
    r"|(?P<number>[0-9]+(?:[.,:][0-9]+)*(?P<ordinal>st|nd|rd|th)?)"
    r"|(?P<script>[^\W\d_A-Za-z]+)"
    r"|(?P<mark>\S)(?P=mark)*"
)

_OPENED = {
    "cannot": "can not", "cant": "can not", "can't": "can not", "wont": "will not", "won't": "will not",
    "shan't": "shall not", "ain't": "is not", "aint": "is not", "dont": "do not", "doesnt": "does not",
    "didnt": "did not", "isnt": "is not", "arent": "are not", "wasnt": "was not", "werent": "were not",
    "wouldnt": "would not", "couldnt": "could not", "shouldnt": "should not", "havent": "have not",
    "hasnt": "has not", "hadnt": "had not", "im": "i am", "ive": "i have", "youre": "you are", "theyre": "they are",
    "whats": "what is", "wheres": "where is", "thats": "that is", "theres": "there is", "hows": "how is",
    "let's": "let us", "lets": "let us", "wanna": "want to", "gonna": "going to", "gotta": "got to",
    "gimme": "give me", "lemme": "let me", "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please",
    "ppl": "people", "sb": "somebody", "thx": "thanks", "thnx": "thanks", "tnx": "thanks", "ty": "thanks",
    "goddamn": "god damn", "noone": "nobody", "everytime": "every time", "wtf": "what the fuck",
    "w": "with", "abt": "about", "bc": "because",
}  # fmt: skip
_SUFFIXES = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would", "s": "is"}


def _opened(piece: str) -> list[str]:
    if piece in _OPENED:
        return _OPENED[piece].split()
    stem, apostrophe, suffix = piece.rpartition("'")
    if not apostrophe:
        return [piece]
    if suffix == "t" and stem.endswith("n"):
        return [stem[:-1], "not"]
    if suffix in _SUFFIXES:
        return [*_opened(stem), _SUFFIXES[suffix]]
    return [*_opened(stem), suffix]


def read_words(folded: str) -> list[Word]:
    """Words, numbers and marks in order; a run of one mark is one word, and a run of another script is UNKNOWN."""
    words: list[Word] = []
    for piece in _PIECE.finditer(folded):
        start, end = piece.span()
        words.extend(Word(text, start, end) for text in _texts(piece))
    return words


def _texts(piece: re.Match[str]) -> list[str]:
    if piece["word"]:
        return _opened(piece["word"].lower())
    if piece["number"]:
        return [piece["number"]]
    return [piece["mark"] or UNKNOWN]


def shown_to_matcher(text: str, known: frozenset[str]) -> str:
    """The word itself when some rule knows it, else what stands for its like."""
    if text in known:
        return text
    return NUMBER if text[:1].isdigit() else UNKNOWN
