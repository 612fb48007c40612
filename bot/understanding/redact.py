"""Takes numbers that identify or cost somebody out of a text before it is logged or sent out.

Cards (Luhn), IBANs and most identity numbers count only when their check digits are right or they are called what they
are, so that order and tracking numbers stay.
"""

import re
from collections.abc import Iterator

from bot.understanding import identity
from bot.understanding.clean import fold, plain
from bot.understanding.spans import Span, Taken, apart

EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
PHONE = re.compile(
    r"(?<![0-9+])\+[1-9](?:[ .()-]{0,2}[0-9]){7,14}(?![0-9])"
    r"|(?<![0-9A-Za-z-])(?:(?:00)?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"
    r"|(?<![0-9A-Za-z-])(?:1[-. ])?(?:\([2-9][0-9]{2}\)[ -]?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}(?![0-9-])"
    r"|(?<![0-9A-Za-z-])[48]00[ -][0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])"
    r"|(?<![0-9A-Za-z.,-])\(?0[0-9]{1,4}\)?(?:[ /-]?[0-9]){6,9}(?![0-9])"
)
CALLED_PHONE = re.compile(
    r"(?:\b(?:phone|mobile|cell|tel|telephone|whatsapp|call me (?:at|on)|reach me (?:at|on))|电话|手机|号码是|致电)"
    r"(?: ?(?:number|no|is|号码|号|是|为))*[ .:#]{0,3}([0-9]{7,15})(?![0-9])",
    re.IGNORECASE,
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
_DIGIT_GROUPS = re.compile(r"(?<![0-9])[0-9]{3,}(?:[ .-]{1,2}[0-9]{3,})*")
_SINGLE_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ .-][0-9]){12,18}(?![0-9])")
_CALLED_CARD = re.compile(
    r"(?:\b(?:credit|debit|bank) ?card|\bcard (?:number|no)|银行卡|信用卡|储蓄卡|卡号)"
    r"(?: ?(?:number|no|nr|is|号码?|是|为))*[ .:#]{0,3}([0-9](?:[ .-]?[0-9]){12,18})(?![0-9])",
    re.IGNORECASE,
)
_CALLED_CHECK = re.compile(
    r"(?:\b(?:cvv2?|cvc2?|security code)\b|安全码)(?: ?(?:is|是|为))?[ .:#]{0,3}([0-9]{3,4})(?![0-9])", re.IGNORECASE
)
_CALLED_ORDER = re.compile(
    r"(?:\b(?:order|tracking|ticket|invoice)|订单|单号|运单|工单)"
    r"(?: ?(?:number|no|nr|id|code|is|号码?|编号|是|为))*[ .:#]{0,3}$",
    re.IGNORECASE,
)
LONGEST_NAME = 40
"""Characters before a number in which it is called something."""
_CARD_DIGITS = range(13, 20)


def redact(text: str) -> str:
    """`text` with [email], [iban], [id], [card] and [phone] in place of what was there."""
    parts, done = [], 0
    for start, end, kind in private_spans(fold(plain(text))):
        parts += [text[done:start], f"[{kind}]"]
        done = end
    return "".join([*parts, text[done:]])


def private_spans(folded: str) -> list[Span]:
    """(start, end, kind) of what must not be shown, in order, none overlapping."""
    taken = Taken(len(folded))
    finders = (_emails, _ibans, identity.find, _cards, _phones)
    return sorted(span for find in finders for span in apart(find(folded), taken))


def _emails(folded: str) -> Iterator[Span]:
    if "@" in folded:
        yield from ((*match.span(), "email") for match in EMAIL.finditer(folded))


def _phones(folded: str) -> Iterator[Span]:
    for match in PHONE.finditer(folded):
        if not _is_a_date(match.group()) and not _is_an_order(folded, match):
            yield (*match.span(), "phone")
    for match in CALLED_PHONE.finditer(folded):
        yield (*match.span(1), "phone")


def _is_a_date(found: str) -> bool:
    return bool(re.fullmatch(r"0?[1-9][-/][0-3]?[0-9][-/](?:19|20)[0-9]{2}", found))


def _is_an_order(folded: str, match: re.Match[str]) -> bool:
    """Whether a number that might be a phone's is called an order's: eleven digits are both."""
    if not match.group().isdigit():
        return False
    return _CALLED_ORDER.search(folded, max(0, match.start() - LONGEST_NAME), match.start()) is not None


def _ibans(folded: str) -> Iterator[Span]:
    for match in _IBAN.finditer(folded):
        code = match.group().replace(" ", "").replace("-", "").upper()
        if 15 <= len(code) <= 34 and int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1:
            yield (*match.span(), "iban")


def _cards(folded: str) -> Iterator[Span]:
    for run in _DIGIT_GROUPS.finditer(folded):
        groups = [match.span() for match in re.finditer("[0-9]+", run.group())]
        first = 0
        while first < len(groups):
            last = _card_end(run.group(), groups, first)
            if last is not None:
                yield run.start() + groups[first][0], run.start() + groups[last][1], "card"
            first = first + 1 if last is None else last + 1
    for match in _SINGLE_DIGITS.finditer(folded):
        if _passes_luhn(re.sub("[^0-9]", "", match.group())):
            yield (*match.span(), "card")
    for expression in (_CALLED_CARD, _CALLED_CHECK):
        yield from ((*match.span(1), "card") for match in expression.finditer(folded))


def _card_end(run: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of the card number that begins with group `first`."""
    digits = ""
    for place, (start, end) in enumerate(groups[first : first + max(_CARD_DIGITS)], first):
        digits += run[start:end]
        if len(digits) in _CARD_DIGITS and digits[0] in "23456" and _passes_luhn(digits):
            return place
        if len(digits) > max(_CARD_DIGITS):
            return None
    return None


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0
