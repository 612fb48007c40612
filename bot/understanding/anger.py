"""How angry a text is.

Wording first (patterns/anger.*.yml: fury, contempt, accusations, repetition, "nobody helps", bitter politeness), then
shape. Signs add by noisy-or, so a lone swear word (0.22) or one mild word (0.3) stays small, and several grow fast; at
0.6 the desk is called at once. Friendly words cancel shape, for joy shouts too, and soften all but outspoken fury.

Then tone: how the whole sounds to heads that were learnt from examples. It is one more sign, never enough to call the
desk by itself; a vector that hears calm takes up to half of what mere words said, but nothing of outspoken fury.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.understanding.matcher import Hit
from bot.understanding.score import Reason, Score, Sign, combined, signs
from bot.understanding.tone import Tone, chance

FURY = 0.6
"""A sign of this weight is fury by itself: no friendly word and no calm tone softens it."""
FRIENDLY_FACTOR = 0.75
TONE_OF_WORDS = 0.3
TONE_OF_VECTOR = 0.45
"""The most that tone may say. The vector is right far more often (see bench/understanding)."""
HEARD = 0.1
"""Below this, tone says nothing that a person should read; it only orders what is calm anyway."""
CALM_KEEPS = 0.5
CALM_BELOW = 0.3
"""A chance of anger under this takes from the words' score, down to CALM_KEEPS of it."""

_SHOUTING = re.compile(r"(?<![A-Za-z])[A-Z]{2,}\b(?:[^A-Za-z0-9]{1,4}[A-Z]+\b){2,}")
_MARKS = re.compile(r"[!?！？]{3,}")
_SHAPES = (("shouting", _SHOUTING, 0.3), ("marks", _MARKS, 0.18))


@dataclass(frozen=True)
class Heard:
    """What anger was read from, kept for the vector that may come later. `odds` are the tone's by words alone."""

    wording: Score
    outspoken: bool
    odds: float | None
    phrase: str

    def score(self, vector_odds: float | None = None) -> Score:
        """The anger, by the words and, where there is one, by the vector."""
        if vector_odds is not None:
            chance_of_anger = chance(vector_odds)
            kept = 1.0 if self.outspoken else _kept(chance_of_anger)
            return _joined(self.wording, kept, self.phrase, TONE_OF_VECTOR * chance_of_anger**2)
        said = 0.0 if self.odds is None else TONE_OF_WORDS * chance(self.odds) ** 2
        return _joined(self.wording, 1.0, self.phrase, said)


def hear(text: str, hits: Iterable[Hit], tone: Tone | None) -> Heard:
    """`tone` is None for a text in a language that the words' head was not taught."""
    hits = list(hits)
    wording = signs(text, hits, "anger")
    friendly = any(hit.rule.kind == "warmth" for hit in hits)
    outspoken = any(sign.weight >= FURY for sign in wording)
    factor = FRIENDLY_FACTOR if friendly and not outspoken else 1.0
    score = combined(wording if friendly else [*wording, *_shape(text)], factor=factor)
    phrase = "" if tone is None else text[slice(*tone.phrase)]
    return Heard(score, outspoken, tone.odds if tone else None, phrase or text.strip()[:80])


def _kept(chance_of_anger: float) -> float:
    return CALM_KEEPS + (1 - CALM_KEEPS) * min(1.0, chance_of_anger / CALM_BELOW)


def _joined(wording: Score, kept: float, phrase: str, said: float) -> Score:
    value = 1 - (1 - wording.value * kept) * (1 - said)
    if said < HEARD or not phrase:
        return Score(round(value, 3), wording.reasons)
    return Score(round(value, 3), (*wording.reasons, Reason(phrase, "tone")))


def _shape(text: str) -> list[Sign]:
    found = ((name, expression.search(text), weight) for name, expression, weight in _SHAPES)
    return [Sign(Reason(match.group(), name), weight) for name, match, weight in found if match]
