"""How angry a text is.

Wording first (patterns/anger.*.yml: fury, contempt, accusations, repetition, "nobody helps", bitter politeness), then
shape. Signs add by noisy-or, so a lone swear word (0.22) or one mild word (0.3) stays small, and several grow fast; at
0.6 the desk is called at once. Friendly words cancel shape, for joy shouts too, and soften all but outspoken fury.
"""

import re
from collections.abc import Iterable

from bot.understanding.matcher import Hit
from bot.understanding.score import Reason, Score, Sign, combined, signs

FURY = 0.6
"""A sign of this weight is fury by itself: no friendly word softens it."""
FRIENDLY_FACTOR = 0.75

_SHOUTING = re.compile(r"(?<![A-Za-z])[A-Z]{2,}\b(?:[^A-Za-z0-9]{1,4}[A-Z]+\b){2,}")
_MARKS = re.compile(r"[!?！？]{3,}")
_SHAPES = (("shouting", _SHOUTING, 0.3), ("marks", _MARKS, 0.18))


def read_anger(text: str, hits: Iterable[Hit]) -> Score:
    hits = list(hits)
    wording = signs(text, hits, "anger")
    if any(hit.rule.kind == "warmth" for hit in hits):
        softened = all(sign.weight < FURY for sign in wording)
        return combined(wording, factor=FRIENDLY_FACTOR if softened else 1.0)
    return combined([*wording, *_shape(text)])


def _shape(text: str) -> list[Sign]:
    found = ((name, expression.search(text), weight) for name, expression, weight in _SHAPES)
    return [Sign(Reason(match.group(), name), weight) for name, match, weight in found if match]
