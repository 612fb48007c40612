"""One spelling of a text before anything is computed from it, so that equal texts share one vector."""

import re
import unicodedata
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

MAX_CHARS = 4_000
"""Longer texts are cut here first; no model reads that far."""

_CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile("[A-Za-z]{3,}")
_KANA = re.compile("[\u3040-\u30ff]")
_TRADITIONAL = "opencc/dictionary/TSCharacters.txt"
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")


def clean(text: str) -> str:
    """NFKC with single spaces; no NUL, control, zero-width character or surrogate. "" when nothing is left."""
    text = _SURROGATE.sub("", text[:MAX_CHARS])
    text = unicodedata.normalize("NFKC", text)
    return simplified(_CONTROL_OR_SPACE.sub(" ", _INVISIBLE.sub("", text)).strip())


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, one for one. Japanese stays as it is."""
    return text if _KANA.search(text) or not is_chinese(text) else text.translate(_simpler())


@lru_cache(maxsize=1)
def _simpler() -> dict[int, str]:
    """OpenCC's table, without the characters that simplified Chinese writes too; 帳 is an account to us, not a tent."""
    file = distribution("opencc-python-reimplemented").locate_file(_TRADITIONAL)
    rows = [line.split() for line in Path(str(file)).read_text("utf-8").splitlines()]
    table = {ord(traditional): simple[0] for traditional, *simple in rows if traditional not in simple}
    return {**table, ord("帳"): "账"}


def is_chinese(text: str) -> bool:
    """Whether any CJK ideograph stands in the text."""
    return _CJK.search(text) is not None


def mixes_scripts(text: str) -> bool:
    """Whether words in Latin letters stand beside Chinese characters."""
    return is_chinese(text) and _LATIN_WORD.search(text) is not None


def sentences(text: str) -> list[str]:
    """The sentences of an answer, in order, each cleaned, empty ones left out."""
    parts = (clean(part) for part in _SENTENCE_END.split(text))
    return [part for part in parts if part]
