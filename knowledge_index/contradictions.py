"""Sentences of two answers that speak of the same thing and do not say the same.

Only what can be told from the words: other numbers for the same measure, a "not" on one side, an opposite. Who means
both is the editor; this only shows where to look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from knowledge_index.lexical import tokens
from knowledge_index.text import clean, is_chinese, sentences

Why = Literal["number", "negation", "opposite"]

SAME_MATTER = 0.42
"""How much of the words of both sentences, without numbers, they share (Dice)."""
SAME_CLAIM = 0.65
"""The same where a "not" alone makes the difference: one other word can mean another matter."""
FEWEST_SHARED = 2
MOST_SENTENCES = 40

# fmt: off
_HOURS = {
    "second": 1 / 3600, "sec": 1 / 3600, "秒": 1 / 3600, "秒钟": 1 / 3600,
    "minute": 1 / 60, "min": 1 / 60, "分钟": 1 / 60, "hour": 1, "hr": 1, "小时": 1,
    "day": 24, "night": 24, "天": 24, "日": 24, "week": 168, "星期": 168, "周": 168, "礼拜": 168,
    "month": 730, "个月": 730, "月": 730, "year": 8760, "年": 8760,
}
_MONEY = {
    "$": "USD", "usd": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "¥": "CNY", "元": "CNY", "块": "CNY", "rmb": "CNY", "cny": "CNY",
}
_WORDS_EN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DIGITS_ZH = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
# fmt: on
_NUMBER = rf"(?P<number>\d+(?:[.,]\d+)*|{'|'.join(_WORDS_EN)}|[一两二三四五六七八九十]{{1,3}})"
_UNIT = (
    r"(?P<unit>(?P<open>business |working )?"
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?)\b"
    r"|(?P<open_zh>个?工作)?(?:秒钟?|分钟|小时|天|日|星期|周|礼拜|个月|月|年)|%|percent\b"
    r"|(?:usd|dollars?|eur|euros?|gbp|pounds?|rmb|cny)\b|[€$£]|元|块)"
)
_AMOUNT = re.compile(rf"(?P<sign>[$€£¥]\s?)?(?<![A-Za-z0-9.]){_NUMBER}(?:\s|-)?{_UNIT}?", re.IGNORECASE)
_NOT_EN = re.compile(r"\b(?:not|no|never|cannot|without|unable|none|nor)\b|n['’]t\b", re.IGNORECASE)
_NOT_ZH = re.compile("不(?!仅|但|同|过|论|妨)|没有?|无法|无需|未|勿|别(?!的|人)|禁止")
_IF = re.compile(r"\b(?:if|unless|otherwise|still)\b|如果|若|要是|否则|还是|除非", re.IGNORECASE)
_OPPOSITES = (
    (r"\bfree\b", r"\b(?:charged?|fees?|costs?|pay)\b"),
    (r"\bbefore\b", r"\bafter\b"),
    (r"\bincluded?s?\b", r"\bexcluded?s?\b"),
    (r"\b(?:required|must|mandatory)\b", r"\boptional\b"),
    (r"\bat most\b|\bup to\b|\bmaximum\b", r"\bat least\b|\bminimum\b"),
    ("免费", "收费|付费|需支付"),
    ("之前|以前", "之后|以后"),
    ("包含|包括", "不含|除外"),
    ("必须", "可选|选填"),
    ("最多|不超过", "至少|不少于"),
)


@dataclass(frozen=True)
class Contradiction:
    """`here` is a sentence of the first answer, `there` one of the second."""

    here: str
    there: str
    why: Why


@dataclass(frozen=True)
class _Sentence:
    text: str
    language: str

    @cached_property
    def words(self) -> frozenset[str]:
        bare = _AMOUNT.sub(" ", self.text)
        return frozenset(token for token in tokens(bare, self.language) if not token.isdigit())

    @cached_property
    def amounts(self) -> dict[str, frozenset[float]]:
        found: dict[str, set[float]] = {}
        for measure, value in _amounts(self.text):
            found.setdefault(measure, set()).add(value)
        return {measure: frozenset(values) for measure, values in found.items()}

    def likeness(self, other: "_Sentence") -> float:
        """Dice's share of common words, 0 to 1."""
        return 2 * len(self.words & other.words) / max(1, len(self.words) + len(other.words))

    @property
    def is_conditional(self) -> bool:
        """What holds only in a case says nothing of the others."""
        return _IF.search(self.text) is not None

    @property
    def denies(self) -> bool:
        """Two denials in one sentence deny nothing."""
        return len((_NOT_ZH if is_chinese(self.text) else _NOT_EN).findall(self.text)) % 2 == 1


def between(here: str, there: str, language: str) -> list[Contradiction]:
    """At most one a sentence of `here`, in its order: each is held against the sentence of `there` nearest to it."""
    others = _read(there, language)
    found = []
    for sentence in _read(here, language) if others else ():
        nearest = max(others, key=sentence.likeness)
        why = _differ(sentence, nearest)
        found += [Contradiction(sentence.text, nearest.text, why)] if why else []
    return found


def _read(answer: str, language: str) -> list[_Sentence]:
    return [_Sentence(text, language) for text in sentences(answer)[:MOST_SENTENCES]]


def _differ(one: _Sentence, other: _Sentence) -> Why | None:
    alike = one.likeness(other)
    if alike < SAME_MATTER or len(one.words & other.words) < FEWEST_SHARED:
        return None
    if any(not values & other.amounts[measure] for measure, values in one.amounts.items() if measure in other.amounts):
        return "number"
    if one.is_conditional or other.is_conditional:
        return None
    if any(_opposed(one.text, other.text, *pair) for pair in _OPPOSITES):
        return "opposite"
    return "negation" if alike >= SAME_CLAIM and one.denies != other.denies else None


def _opposed(one: str, other: str, left: str, right: str) -> bool:
    return {_side(one, left, right), _side(other, left, right)} == {"left", "right"}


def _side(text: str, left: str, right: str) -> str | None:
    """ "Free of charge" is free: who says the left word says the left thing."""
    if re.search(left, text, re.IGNORECASE):
        return "left"
    return "right" if re.search(right, text, re.IGNORECASE) else None


def _amounts(text: str) -> Iterator[tuple[str, float]]:
    """(measure, value): time in hours, working days apart, money by currency, shares in percent."""
    for match in _AMOUNT.finditer(clean(text)):
        value = _value(match["number"])
        unit = (match["unit"] or "").lower()
        sign = (match["sign"] or "").strip()
        if value is None or not (unit or sign):
            continue
        yield _measured(value, unit, sign, is_open=bool(match["open"] or match["open_zh"]))


def _measured(value: float, unit: str, sign: str, *, is_open: bool) -> tuple[str, float]:
    if sign in _MONEY:
        return _MONEY[sign], value
    if unit in ("%", "percent"):
        return "percent", value
    bare = unit.removeprefix("business ").removeprefix("working ").removeprefix("个工作").removeprefix("工作")
    if bare not in _HOURS and bare.rstrip("s") in {**_HOURS, **_MONEY}:
        bare = bare.rstrip("s")
    if bare in _MONEY:
        return _MONEY[bare], value
    return ("working time" if is_open else "time"), round(value * _HOURS[bare], 3)


def _value(written: str) -> float | None:
    lowered = written.lower()
    if lowered in _WORDS_EN:
        return float(_WORDS_EN.index(lowered) + 1)
    if written[0].isdigit():
        return float(re.sub(r",(?=\d{3}\b)", "", written).replace(",", "."))
    tens, ten, ones = written.partition("十")
    if not ten:
        return float(_DIGITS_ZH[written]) if written in _DIGITS_ZH else None
    return 10.0 * _DIGITS_ZH.get(tens, 1) + _DIGITS_ZH.get(ones, 0)
