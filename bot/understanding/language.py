"""Which language a text is in, by script, and for Latin letters by the small words that only one language uses.

Made for short messages: product names in Latin letters do not make a Chinese message English, and a text in another
language is never called English while it holds a word that gives it away. Undecided Latin text is English.
"""

import re
from collections import Counter

from bot.understanding.vocabulary import vocabulary

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile("(?<![a-z0-9])[a-zà-öø-ÿāăąćčďđēęěğīįıłńňōőœřśşšťūůűźżžơư]+(?:'[a-z]+)?(?![a-z0-9])")

_SCRIPTS = tuple(
    (code, re.compile(f"[{ranges}]"))
    for code, ranges in {
        "ja": "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f",
        "ko": "\uac00-\ud7af\u1100-\u11ff\u3130-\u318f",
        "uk": "ґєіїҐЄІЇ",
        "ru": "\u0400-\u04ff",
        "fa": "پچژگکی",
        "ar": "\u0600-\u06ff\u0750-\u077f",
        "he": "\u0590-\u05ff",
        "el": "\u0370-\u03ff\u1f00-\u1fff",
        "th": "\u0e00-\u0e7f",
        "hi": "\u0900-\u097f",
        "bn": "\u0980-\u09ff",
        "ta": "\u0b80-\u0bff",
        "te": "\u0c00-\u0c7f",
        "hy": "\u0530-\u058f",
        "ka": "\u10a0-\u10ff",
        "km": "\u1780-\u17ff",
        "lo": "\u0e80-\u0eff",
        "my": "\u1000-\u109f",
        "am": "\u1200-\u137f",
    }.items()
)

_LETTERS = {
    "es": "ñ¿¡", "pt": "ãõ", "de": "äöüß", "pl": "ąęłśźżćń", "tr": "ğşı", "sv": "å", "vi": "ơưđ", "fr": "çêœëîû",
}  # fmt: skip


def detect(text: str) -> str:
    """`en`, `zh`, another ISO 639-1 code, or `und` for a text without words."""
    lowered = text.lower()
    scripts = Counter({code: len(expression.findall(text)) for code, expression in _SCRIPTS if not text.isascii()})
    han = 0 if text.isascii() else len(_HAN.findall(text))
    latin = _LATIN_WORD.findall(lowered)
    other, letters = _leading_script(scripts)
    if other and letters + (han if other == "ja" else 0) >= max(2 * len(latin), han if other != "ja" else 0, 1):
        return other
    if han and not _is_english_with_a_little_chinese(latin, han):
        return "zh"
    if any(len(word) > 1 for word in latin):
        return _latin_language(lowered, latin)
    return other or ("zh" if han else "und")


def reply_language(language: str) -> str:
    """The language that we answer in."""
    return "zh" if language == "zh" else "en"


def _leading_script(scripts: Counter[str]) -> tuple[str, int]:
    """The script of the most letters; letters that only Ukrainian or Persian has decide over Russian or Arabic."""
    for narrow, broad in (("uk", "ru"), ("fa", "ar")):
        if scripts[narrow] and scripts[broad]:
            scripts[narrow] = scripts[broad] + 1
    code, letters = max(scripts.items(), key=lambda item: item[1], default=("", 0))
    return (code, letters) if letters else ("", 0)


def _is_english_with_a_little_chinese(latin: list[str], han: int) -> bool:
    languages = vocabulary().languages_of
    return sum("en" in languages.get(word, ()) for word in latin) > max(2, han)


def _latin_language(lowered: str, latin: list[str]) -> str:
    votes: Counter[str] = Counter()
    languages_of = vocabulary().languages_of
    for word in latin:
        languages = languages_of.get(word, frozenset())
        for code in languages:
            votes[code] += 2 if len(languages) == 1 else 1
    for code, letters in _LETTERS.items():
        votes[code] += 2 * any(letter in lowered for letter in letters)
    return max(vocabulary().codes, key=lambda code: votes[code])
