"""A figure between 0 and 1, and the customer's words that made it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from bot.understanding.matcher import Hit


@dataclass(frozen=True)
class Reason:
    """Words exactly as the customer wrote them, and the rule that noticed them."""

    words: str
    rule: str


@dataclass(frozen=True)
class Sign:
    reason: Reason
    weight: float


@dataclass(frozen=True)
class Score:
    """`value` is 0..1; `reasons` stand strongest first."""

    value: float
    reasons: tuple[Reason, ...] = ()


def signs(text: str, hits: Iterable[Hit], kind: str) -> list[Sign]:
    """What the hits of one kind say. The same words said twice are one sign."""
    found: dict[tuple[str, str], Sign] = {}
    for hit in hits:
        if hit.rule.kind == kind:
            words = text[hit.start : hit.end]
            found.setdefault((hit.rule.name, words.lower()), Sign(Reason(words, hit.rule.name), hit.rule.weight))
    return list(found.values())


def combined(all_signs: list[Sign], *, factor: float = 1.0) -> Score:
    """Noisy-or: every sign is an independent chance of being right, 1 - (1 - a)(1 - b)..., times `factor`."""
    value = (1 - prod(1 - sign.weight for sign in all_signs)) * factor
    ordered = sorted(all_signs, key=lambda sign: -sign.weight)
    return Score(round(value, 3), tuple(sign.reason for sign in ordered))
