"""What a text must be to be stored and shown: no NUL, no half of a character, and something that can be seen.

Characters are counted as Unicode code points, after trimming: 👍🏽 has two.
"""

import unicodedata

BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u180e\u200b\u2060\ufeff"
)
"""Every blank of Unicode and those without any width: what is trimmed off both ends."""
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Counted among letters and symbols, and nothing to be seen."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs"})
"""Spaces, controls, formats and marks without a letter. A character newer than our tables may well be an emoji."""


def trim(text: str) -> str:
    return text.strip(BLANKS)


def shows_something(text: str) -> bool:
    """Whether anything of `text` can be seen."""
    return any(unicodedata.category(char) not in UNSEEN and char not in BLANK_LETTERS for char in text)


def check_storable(text: str) -> str:
    """`text` itself. Raises ValueError when a database would refuse it."""
    if "\x00" in text:
        raise ValueError("a NUL character cannot be stored")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair cannot be stored") from None
    return text


def check_shown(text: str) -> str:
    """`text` itself. Raises ValueError when nothing of it can be seen."""
    if not shows_something(text):
        raise ValueError("holds nothing that can be seen")
    return text
