"""Which formats there are, and which of them a file has."""

from collections.abc import Iterator
from typing import Any

from bot.core import errors
from bot.knowledge.imports.formats import csv, html, intercom, json, json_lines, markdown, xlsx, yaml, zendesk
from bot.knowledge.imports.formats.base import Format, Row, Unreadable

ALL = (csv, xlsx, json, json_lines, yaml, markdown, html, zendesk, intercom)
FORMATS: dict[str, Format] = {one.FORMAT.name: one.FORMAT for one in ALL}
HELP_CENTRES = (zendesk, intercom)


def named(name: str) -> Format:
    """Raises Invalid."""
    found = FORMATS.get(name)
    if found is None:
        known = ", ".join(FORMATS)
        raise errors.Invalid("Formats are {known}.", words={"known": known}, fields={"format": name})
    return found


def of_file(name: str) -> Format:
    """By the ending of its name. Raises Invalid."""
    lower = name.lower()
    found = next((one for one in FORMATS.values() if one.endings and lower.endswith(one.endings)), None)
    if found is None:
        endings = ", ".join(ending for one in FORMATS.values() for ending in one.endings)
        raise errors.Invalid(
            "Articles are read from {endings} files.", words={"endings": endings}, fields={"file": name[-40:]}
        )
    return found


def tidy(name: str) -> str:
    """A file's name as it may be kept and shown: without folders, controls and half characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable())
    return plain.encode("utf-8", "replace").decode("utf-8")[-200:] or "file"


def rows(form: Format, data: bytes, name: str) -> Iterator[Row]:
    """The file's rows. Raises Unreadable, at the latest at the row that makes it so."""
    if not data.strip(b"\x00 \r\n\t"):
        raise Unreadable("The file is empty.")
    yield from (_help_centre(data) or form if form is json.FORMAT else form).read(data, name)


def _help_centre(data: bytes) -> Format | None:
    """JSON may be a help centre's export: that is told by its look."""
    document: Any = json.document(data)
    return next((one.FORMAT for one in HELP_CENTRES if one.knows(document)), None)
