"""What a format is: a file's bytes in, rows with their numbers out.

A new format is one file here with a `FORMAT`, named in `registry.py`. It gives fields by the names of `columns.FIELDS`
as they stand in the file; whether they make an article is decided elsewhere, alike for all formats. It raises
Unreadable, with the row where it can, for what is no such file at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.core import errors

MOST_ROWS = 50_000


@dataclass(frozen=True)
class Row:
    """`number`: the line or the row as a spreadsheet counts it, else the how manieth. `place`: a file or a sheet.

    `flaws`: what the format itself found wrong with it, by field.
    """

    number: int
    fields: dict[str, Any]
    place: str | None = None
    flaws: dict[str, str] = field(default_factory=dict)


Read = Callable[[bytes, str], Iterator[Row]]
"""The file and its name."""


@dataclass(frozen=True)
class Format:
    """`begins`: endings of file names. `knows`: whether a parsed JSON document is one of these."""

    name: str
    read: Read
    endings: tuple[str, ...] = ()
    media_type: str = "application/octet-stream"


class Unreadable(errors.Invalid):
    """Not a file of this format; nothing of it is taken. The sentence names the row where there is one."""

    sentence = "This file cannot be read."
