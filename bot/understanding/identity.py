"""Identity numbers: those of some countries by their check digit or fixed shape, any other when it is called one.

Order numbers look much alike, so a shape alone is enough only where an order number cannot have it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from bot.understanding.spans import Span

_CHINA_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_SPAIN_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
FEWEST_DIGITS = 5
_APART = re.compile("[ ()-]")
_DIGIT = re.compile("[0-9]")

_CALLED = re.compile(
    r"(?:\b(?:passport|identity card|id card|national id|social security|national insurance|driving licen[cs]e"
    r"|driver'?s licen[cs]e)|\b(?:ssn|nino)\b|身份证|护照|驾照|驾驶证|通行证|社保卡?)"
    r"(?: ?(?:number|no|nr|is|号码?|是|为))*[ .:#]{0,3}([A-Za-z]{0,3}[0-9]{5,18}[A-Za-z]?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def find(folded: str) -> Iterator[Span]:
    """Every identity number of a text that `clean.fold` has prepared; spans may overlap."""
    if len(_DIGIT.findall(folded)) < FEWEST_DIGITS:
        return
    for expression, is_one in _KINDS:
        for match in expression.finditer(folded):
            if is_one(_APART.sub("", match.group()).upper()):
                yield (*match.span(), "id")
    for match in _CALLED.finditer(folded):
        yield (*match.span(1), "id")


def _is_of_china(number: str) -> bool:
    """GB 11643-1999: a birthday in the middle, ISO 7064 MOD 11-2 at the end."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_CHINA_WEIGHTS, number[:17], strict=True))
    return "10X98765432"[total % 11] == number[17]


def _is_of_hong_kong(number: str) -> bool:
    """One or two letters, six digits, and a check digit that makes the sum a multiple of 11; A stands for 10."""
    values = [36, *map(_base_36, number)][-9:]
    return sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11 == 0


def _is_of_taiwan(number: str) -> bool:
    letter = 10 + _TAIWAN_LETTERS.index(number[0])
    weighted = zip(range(8, 0, -1), number[1:9], strict=True)
    total = letter // 10 + 9 * (letter % 10) + sum(weight * int(digit) for weight, digit in weighted)
    return (total + int(number[9])) % 10 == 0


def _is_of_spain(number: str) -> bool:
    return _SPAIN_LETTERS[int(number[:8]) % 23] == number[8]


def _is_of_france(number: str) -> bool:
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(body) % 97 == int(number[13:])


def _always(_number: str) -> bool:
    return True


def _base_36(character: str) -> int:
    return int(character, 36)


_KINDS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9Xx](?![0-9A-Za-z])"), _is_of_china),
    (re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{1,2}[0-9]{6}(?:\([0-9Aa]\)|[0-9Aa](?![0-9A-Za-z]))"), _is_of_hong_kong),
    (re.compile(r"(?<![0-9A-Za-z])[A-Za-z][12][0-9]{8}(?![0-9A-Za-z])"), _is_of_taiwan),
    (re.compile(r"(?<![0-9A-Za-z-])[0-9]{8}-?[A-Za-z](?![0-9A-Za-z])"), _is_of_spain),
    (
        re.compile(
            r"(?<![0-9A-Za-z])[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AaBb]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"
            r"(?![0-9A-Za-z])"
        ),
        _is_of_france,
    ),
    (
        re.compile(r"(?<![0-9A-Za-z-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9A-Za-z-])"),
        _always,
    ),
    (
        re.compile(
            r"(?<![0-9A-Za-z])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]{2}){3} ?[A-D]"
            r"(?![0-9A-Za-z])",
            re.IGNORECASE,
        ),
        _always,
    ),
)
"""China, Hong Kong, Taiwan, Spain, France; the United States' and the United Kingdom's have no check digit."""
