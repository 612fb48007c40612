"""How angry a text sounds as a whole, as learnt from sentences of our own (examples/tone.*.yml, learn.py).

Two linear heads look at it: one at its words and their letters, always; one at its vector, where the embedding has
come. Each gives log-odds of anger; what both saw is weighed into one chance.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, sqrt
from pathlib import Path
from typing import NamedTuple

LEARNT = Path(__file__).parent / "tone.json"
LONGEST_READ = 1200
"""Characters. What a longer text says after them is left to the rules."""
LONGEST_PHRASE = 80
FEW_GRAMS = 6
"""So many grams more are counted than there are: a word or two prove little."""

Gram = tuple[str, int]
"""What is looked at, and where it begins."""

_PIECE = re.compile(r"[a-zà-öø-ÿ]+(?:'[a-z]+)?|[\u3400-\u9fff]+|[!?]+|[*#@$%&]{2,}")
_PHRASE = re.compile(r"[^.,;!?\n]+[.,;!?\n]*")


@dataclass(frozen=True)
class Tone:
    """`odds` are log-odds of anger by the words alone; `phrase` is the part of the text that speaks most for it."""

    odds: float
    phrase: tuple[int, int]


class _Vector(NamedTuple):
    digest: str
    """Of the embedding model whose space the weights live in: vectors of another model mean nothing to them."""
    weights: list[float]
    bias: float


class _Heads(NamedTuple):
    grams: dict[str, float]
    bias: float
    vectors: dict[str, _Vector]


def grams(folded: str) -> Iterator[Gram]:
    """What the words' head looks at: words, pairs of them, letters within them; for Chinese one to three characters."""
    before = "^"
    for piece in _PIECE.finditer(folded[:LONGEST_READ].lower()):
        word, at = piece.group(), piece.start()
        if "\u3400" <= word[0] <= "\u9fff":
            before = "^"
            for start in range(len(word)):
                for size in range(1, min(3, len(word) - start) + 1):
                    yield word[start : start + size], at + start
            continue
        yield f"{word} ", at
        yield f"{before} {word} ", at
        before = word
        if len(word) > 3:
            whole = f"<{word}>"
            for start in range(len(whole) - 3):
                yield whole[start : start + 4], at


def read_tone(folded: str) -> Tone:
    """The tone of a text that `clean.fold` has prepared, by its words."""
    heads = _heads()
    seen = dict(grams(folded))
    known = [(heads.grams[text], at) for text, at in seen.items() if text in heads.grams]
    total = sum(weight for weight, _ in known)
    return Tone(heads.bias + total * share(len(seen)), _phrase(folded, known))


def share(count: int) -> float:
    """What one of `count` grams counts."""
    return 1 / sqrt(count + FEW_GRAMS)


def vector_odds(vector: Sequence[float], *, embedding: str, digest: str) -> float | None:
    """Log-odds of anger by the text's vector; None when it is of another model than the head was learnt on."""
    head = _heads().vectors.get(embedding)
    if head is None or head.digest != digest or len(head.weights) != len(vector):
        return None
    return head.bias + sum(map(float.__mul__, head.weights, vector))


def digest_of(embedding: str) -> str:
    """The digest of the model that the head of this embedding was learnt on; blank where there is no head."""
    head = _heads().vectors.get(embedding)
    return head.digest if head else ""


def chance(odds: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, odds))))


def _phrase(folded: str, known: list[tuple[float, int]]) -> tuple[int, int]:
    """The clause whose grams weigh most, without the marks around it."""
    best, best_weight = (0, 0), float("-inf")
    for clause in _PHRASE.finditer(folded[:LONGEST_READ]):
        weight = sum(gram for gram, at in known if clause.start() <= at < clause.end())
        if weight > best_weight and clause.group().strip(" .,;!?\n"):
            best, best_weight = _trimmed(folded, *clause.span()), weight
    return best


def _trimmed(folded: str, start: int, end: int) -> tuple[int, int]:
    while start < end and folded[start] in " \n":
        start += 1
    while start < end and folded[end - 1] in " .,;\n":
        end -= 1
    return start, min(end, start + LONGEST_PHRASE)


@lru_cache(maxsize=1)
def _heads() -> _Heads:
    learnt = json.loads(LEARNT.read_text("utf-8"))
    vectors = {key: _Vector(**head) for key, head in learnt["vectors"].items()}
    return _Heads(learnt["words"]["grams"], learnt["words"]["bias"], vectors)
