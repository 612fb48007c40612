"""How soon a text needs a person: somebody locked out or in danger, harm that grows, a time that was named."""

from collections.abc import Iterable

from bot.understanding.matcher import Hit
from bot.understanding.score import Reason, Score, Sign, combined, signs


def read_urgency(text: str, hits: Iterable[Hit]) -> Score:
    """Its own signs, and those of dangers that do not wait. Words that say both are one sign."""
    hits = list(hits)
    own = signs(text, hits, "urgency")
    said = {sign.reason.words.lower() for sign in own}
    pressing = {text[hit.start : hit.end]: hit.rule for hit in hits if hit.rule.urgency}
    also = [
        Sign(Reason(words, rule.name), rule.urgency) for words, rule in pressing.items() if words.lower() not in said
    ]
    return combined([*own, *also])
