"""Which formats there are, and which of them a file has."""

from collections.abc import Iterator

from bot.core import errors
from bot.knowledge.imports.formats import csv, json, json_lines, yaml
from bot.knowledge.imports.formats.base import Format, Row

FORMATS: dict[str, Format] = {one.name: one for one in (csv.FORMAT, json.FORMAT, json_lines.FORMAT, yaml.FORMAT)}


def named(name: str) -> Format:
    """Raises Invalid."""
    found = FORMATS.get(name)
    if found is None:
        known = ", ".join(FORMATS)
        raise errors.Invalid("Formats are {known}.", words={"known": known}, fields={"format": name})
    return found


def of_file(name: str, data: bytes) -> Format:
    """By the ending of its name, and where that says too little by what it holds. Raises Invalid."""
    lower = name.lower()
    found = next((one for one in FORMATS.values() if lower.endswith(one.endings)), None)
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
    yield from form.read(data, name)
