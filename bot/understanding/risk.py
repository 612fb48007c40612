"""Dangers that raise a conversation's priority on their own, each with the words that named it."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.understanding.matcher import Hit
from bot.understanding.score import signs

KINDS = ("self_harm", "safety", "data", "legal", "regulator", "media")
"""Gravest first; `read_risks` answers in this order."""


@dataclass(frozen=True)
class Risk:
    kind: str
    words: str


def read_risks(text: str, hits: Iterable[Hit]) -> tuple[Risk, ...]:
    hits = list(hits)
    return tuple(Risk(kind, sign.reason.words) for kind in KINDS for sign in signs(text, hits, kind))
