"""The text as it is read: simplified characters, plain letters and digits, and every position where it was."""

import re
from functools import lru_cache
from typing import Any

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ALPHANUMERIC = {code: to for code, to in _FULL_WIDTH.items() if chr(to).isalnum()}
_DIGITS = {zero + value: ord("0") + value for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50) for value in range(10)}
_UNSTORABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, 65279), " ")
_SPACES = dict.fromkeys((160, 5760, *range(8192, 8206), 8239, 8287, 8288, 12288), " ")
_QUOTES = {0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x60: "'", 0xB4: "'", 0x201C: '"', 0x201D: '"'}
_PUNCTUATION = {0x3002: ".", 0x3001: ",", 0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-"}

_CLEAN: dict[int, int | str] = {**_UNSTORABLE, **_SPACES, **_ALPHANUMERIC, **_DIGITS}
_FOLD: dict[int, int | str] = {**_FULL_WIDTH, **_QUOTES, **_PUNCTUATION}
_SURROGATE = re.compile("[\ud800-\udfff]")
_HAN_RUN = re.compile("[\u3400-\u9fff]+")


@lru_cache(maxsize=1)
def _converter() -> tuple[Any, frozenset[str]]:
    """The converter, and the characters that it may change. Files are read once, at the first Chinese text."""
    from opencc import OpenCC

    converter = OpenCC("t2s")
    tables = [table for chain in converter._dict_chain_data for _, _, table in chain]
    changing = {key for table in tables for key, value in table.items() if len(key) == 1 and key != value.split()[0]}
    return converter, frozenset(changing)


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, in as many characters."""
    return _HAN_RUN.sub(lambda run: _simplified_run(run.group()), text)


def _simplified_run(run: str) -> str:
    converter, changing = _converter()
    if changing.isdisjoint(run):
        return run
    converted: str = converter.convert(run)
    return converted if len(converted) == len(run) else run


def plain(text: str) -> str:
    """`text` with ordinary spaces, letters and digits, and nothing that a database refuses. As long as `text`."""
    return _SURROGATE.sub(" ", text).translate(_CLEAN)


def clean(text: str) -> str:
    """What is stored, embedded and classified. As long as `text`: offsets into one hold in the other."""
    return simplified(plain(text))


def fold(cleaned: str) -> str:
    """`cleaned` with Western punctuation, for rules to read. As long as `cleaned`."""
    return cleaned.translate(_FOLD)
