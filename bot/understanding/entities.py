"""Things named in a text: order numbers, phone numbers, e-mail addresses, sums of money, products.

Regular expressions on the text, because tokens of mixed Chinese and English do not end where a number does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.understanding.redact import private_spans
from bot.understanding.spans import Span, Taken, apart

KINDS = frozenset({"order", "phone", "email", "money", "product"})
PRODUCTS = Path(__file__).parent / "products.yml"

_CURRENCIES = "USD|EUR|GBP|CNY|RMB|HKD|TWD|JPY|AUD|CAD|CHF"
_ORDER = re.compile(
    rf"(?<![A-Za-z0-9-])(?!(?:{_CURRENCIES})[0-9])(?:[A-Za-z]{{2,4}}-[0-9]{{4}}-[0-9]{{3,8}}|[A-Za-z]{{2,4}}-?[0-9]{{6,14}})"
    r"(?![A-Za-z0-9-])"
)
_CALLED_ORDER = re.compile(
    r"(?:\border(?: ?(?:number|no|nr|id|ref))?|订单(?:编?号|号码)?|单号)"
    r"(?: ?(?:is|was|are|是|为|叫))?[ .:#]{0,4}([0-9]{5,20})(?![0-9])",
    re.IGNORECASE,
)
_AMOUNT = r"[0-9]{1,9}(?:,[0-9]{3})*(?:\.[0-9]{1,2})?"
_MONEY = re.compile(
    rf"(?:[$€£¥￥]|(?<![A-Za-z])(?:{_CURRENCIES})) ?{_AMOUNT}"
    rf"|(?<![0-9A-Za-z.,-]){_AMOUNT} ?"
    rf"(?:(?:{_CURRENCIES}|dollars?|euros?|pounds?|bucks|yuan)(?![A-Za-z])|[$€£]|元|块钱?|美元|欧元|人民币)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Entity:
    """`value` is what the text means, in one spelling; `start` and `end` are its place in the text."""

    kind: str
    value: str
    start: int
    end: int


def read_entities(folded: str) -> tuple[Entity, ...]:
    """What a text that `clean.fold` has prepared names, in order.

    What overlaps belongs to the first kind that claims it; bank and identity numbers are never entities.
    """
    private = private_spans(folded)
    taken = Taken(len(folded))
    named = [
        *apart((span for span in private if span[2] not in ("email", "phone")), taken),
        *apart(_spans(_ORDER, folded, "order"), taken),
        *apart(_spans(_CALLED_ORDER, folded, "order"), taken),
        *apart((span for span in private if span[2] in ("email", "phone")), taken),
        *apart(_spans(_MONEY, folded, "money"), taken),
        *apart(_spans(_products().english, folded, "product"), taken),
        *apart(_spans(_products().chinese, folded, "product"), taken),
    ]
    return tuple(
        Entity(kind, _value(kind, folded[start:end]), start, end) for start, end, kind in sorted(named) if kind in KINDS
    )


def _spans(expression: re.Pattern[str], folded: str, kind: str) -> Iterator[Span]:
    group = min(expression.groups, 1)
    return ((*match.span(group), kind) for match in expression.finditer(folded))


def _value(kind: str, words: str) -> str:
    if kind == "product":
        return _products().key_of[words.lower()]
    if kind == "phone":
        return re.sub("[^0-9+]", "", words)
    if kind == "email":
        return words.lower()
    return re.sub(r"\s", "", words).upper() if kind == "order" else words


class _Products(NamedTuple):
    english: re.Pattern[str]
    chinese: re.Pattern[str]
    """Apart from the English one: a pattern that begins with plain characters is searched ten times as fast."""
    key_of: dict[str, str]


@lru_cache(maxsize=1)
def _products() -> _Products:
    listed: dict[str, list[str]] = yaml.safe_load(PRODUCTS.read_text("utf-8"))
    key_of = {word: key for key, words in listed.items() for word in words}
    longest_first = sorted(key_of, key=lambda word: (-len(word), word))
    english = "|".join(re.escape(word) for word in longest_first if word.isascii())
    chinese = "|".join(re.escape(word) for word in longest_first if not word.isascii())
    return _Products(re.compile(rf"(?<![A-Za-z])(?:{english})(?![A-Za-z])", re.IGNORECASE), re.compile(chinese), key_of)
