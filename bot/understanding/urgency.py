"""How soon a text needs a person: somebody locked out or in danger, harm that grows, a time that was named."""

from collections.abc import Iterable

from bot.understanding.matcher import Hit
from bot.understanding.score import Score, combined, signs


def read_urgency(text: str, hits: Iterable[Hit]) -> Score:
    return combined(signs(text, hits, "urgency"))
