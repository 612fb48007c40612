"""When two texts say the same words: case, punctuation, blanks and widths do not count."""

import hashlib
import re
import unicodedata

_WORDS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]|[^\\W_\u3400-\u4dbf\u4e00-\u9fff]+")
KEY_DIGITS = 32


def key(text: str) -> str:
    """The same for texts in the same words. A text without any, such as 👍, goes by itself."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = " ".join(_WORDS.findall(folded)) or folded.strip()
    return hashlib.sha256(words.encode()).hexdigest()[:KEY_DIGITS]
