"""One spelling of a text before anything is computed from it, so that equal texts share one vector."""

import re
import unicodedata

MAX_CHARS = 4_000
"""Longer texts are cut here first; no model reads that far."""

_CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")


def clean(text: str) -> str:
    """NFKC with single spaces; no NUL, control, zero-width character or surrogate. "" when nothing is left."""
    text = _SURROGATE.sub("", text[:MAX_CHARS])
    text = unicodedata.normalize("NFKC", text)
    return _CONTROL_OR_SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def is_chinese(text: str) -> bool:
    """Whether any CJK ideograph stands in the text."""
    return _CJK.search(text) is not None


def sentences(text: str) -> list[str]:
    """The sentences of an answer, in order, each cleaned, empty ones left out."""
    parts = (clean(part) for part in _SENTENCE_END.split(text))
    return [part for part in parts if part]
