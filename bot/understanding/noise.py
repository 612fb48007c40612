"""What is no message: keys that were mashed, encoded bytes, code, mark-up, and orders to the machine itself.

By shape, but for the orders (patterns/orders.*.yml). Nothing of it is asked of a classifier, which must find an intent
for everything, or of a search, which finds something near everything.
"""

import re
from collections.abc import Iterable

from bot.understanding.matcher import Hit

LONGEST_WORD = 40
"""Letters and digits of an encoded stretch; no address, number or word of a customer's is so long."""
FEWEST_SIGNS = 5
SIGNS_SHARE = 0.15
SAME_CHARACTERS = 4
SAID_BY_REPEATING = "急哈呵嘿嘻呜哇啊哦嗯唉哎拜对好是行"
"""One of these several times over is a word."""

_SIGN = re.compile(r"[<>{}\[\]|\\=&%$#*_~^+;/`\"]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ENCODED = re.compile(rf"[A-Za-z0-9+/=_-]{{{LONGEST_WORD},}}")
_WORD_CHARACTER = re.compile(r"[^\W_]")
_LETTER = re.compile(r"[^\W\d_]")


def is_noise(folded: str, hits: Iterable[Hit]) -> bool:
    """Whether a text that `clean.fold` has prepared says nothing to us; `hits` are its rules' hits."""
    if any(hit.rule.kind == "orders" for hit in hits):
        return True
    rest = "".join(_ENCODED.sub(" ", _ADDRESS.sub(" ", folded)).split())
    if not _LETTER.search(rest):
        return not _WORD_CHARACTER.search(rest) or len(rest) > LONGEST_WORD
    return _is_code(rest) or _is_one_character(rest)


def _is_code(rest: str) -> bool:
    signs = len(_SIGN.findall(rest))
    return signs >= FEWEST_SIGNS and signs > SIGNS_SHARE * len(rest)


def _is_one_character(rest: str) -> bool:
    one = set(rest.lower())
    if len(one) != 1 or one <= set(SAID_BY_REPEATING):
        return False
    return len(rest) >= SAME_CHARACTERS or (rest.isascii() and rest.isalpha())
