"""Markdown: one article a file, its fields in front matter; or a zip of a folder of such files.

The question is `question` or `title` of the front matter, else the first heading, else the file's name. The language
is the front matter's, else a folder `en` or `zh`, else the ending `.en.md`. Folders are the category.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from bot.knowledge.imports.formats import archive, columns, text
from bot.knowledge.imports.formats.base import Format, Row, Unreadable
from bot.knowledge.imports.formats.yaml import loaded

LANGUAGES = ("en", "zh")
ENDINGS = (".md", ".markdown")
BROKEN = "is broken: it is not UTF-8, or its front matter is no YAML"
ZIPPED = b"PK\x03\x04"
FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"\A\s*#{1,2}[ \t]+(.+?)[ \t]*#*[ \t]*(?:\r?\n|\Z)")


def read(data: bytes, name: str) -> Iterator[Row]:
    if not data.startswith(ZIPPED):
        yield _article(1, data, PurePosixPath(name))
        return
    with archive.opened(data) as files:
        names = sorted(one for one in files.namelist() if one.lower().endswith(ENDINGS) and not _is_hidden(one))
        if not names:
            raise Unreadable("There is no Markdown file in this archive.")
        for number, one in enumerate(names, start=1):
            yield _article(number, archive.content(files, one), PurePosixPath(one))


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _article(number: int, data: bytes, path: PurePosixPath) -> Row:
    place = str(path)[-200:]
    try:
        whole = text.decoded(data)
        front = FRONT.match(whole)
        fields = _fields(front[1]) if front else {}
    except Unreadable:
        return Row(number, {"question": path.stem}, place=place, flaws={"row": BROKEN})
    body = whole[front.end() :] if front else whole
    heading = None if fields.get("question") else HEADING.match(body)
    if heading:
        fields["question"], body = heading[1], body[heading.end() :]
    return Row(number, {**_of_path(path), **fields, "answer": body.strip()}, place=place)


def _fields(front: str) -> dict[str, Any]:
    """Raises Unreadable."""
    found = loaded(front) or {}
    if not isinstance(found, dict):
        raise Unreadable
    named = {columns.MEANT.get(str(name).strip().lower()): value for name, value in found.items()}
    return {field: _plain(value) for field, value in named.items() if field and value is not None}


def _plain(value: Any) -> Any:
    """YAML reads dates and numbers; articles are written in words."""
    if isinstance(value, list | dict | str | bool):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _of_path(path: PurePosixPath) -> dict[str, str]:
    """What folders and the file's name say."""
    stem = path.name
    for ending in ENDINGS:
        stem = stem.removesuffix(ending)
    folders = [part for part in path.parts[:-1] if part not in LANGUAGES]
    spoken = [part for part in (*path.parts[:-1], stem.rpartition(".")[2]) if part in LANGUAGES]
    found = {"question": re.sub(r"[-_]+", " ", stem)}
    if spoken:
        found["language"] = spoken[-1]
    if len(folders) > 1:
        found["category"] = "/".join(folders[1:])
    return found


FORMAT = Format("markdown", read, endings=(*ENDINGS, ".zip"), media_type="application/zip")
