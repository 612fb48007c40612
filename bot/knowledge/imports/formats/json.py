"""JSON: a list of articles, or an object with a list of them; and a help centre's export, by its look."""

import json
from collections.abc import Iterator
from typing import Any

from bot.knowledge.imports.formats import text
from bot.knowledge.imports.formats.base import Format, Row, Unreadable

LISTS = ("articles", "items", "data")


def document(data: bytes) -> Any:
    """What the file holds. Raises Unreadable."""
    try:
        return json.loads(text.decoded(data))
    except json.JSONDecodeError as error:
        raise Unreadable(
            "Line {line}, column {column}: this is no JSON ({problem}).",
            words={"line": error.lineno, "column": error.colno, "problem": error.msg},
            fields={"row": error.lineno},
        ) from error
    except RecursionError as error:
        raise Unreadable("This JSON is nested too deep.") from error


def read(data: bytes, _name: str) -> Iterator[Row]:
    yield from rows(document(data))


def rows(found: Any) -> Iterator[Row]:
    for number, entry in enumerate(listed(found), start=1):
        yield Row(number, entry) if isinstance(entry, dict) else _no_article(number)


def listed(found: Any) -> list[Any]:
    """The entries of a document. Raises Unreadable."""
    if isinstance(found, dict):
        found = next((found[name] for name in LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise Unreadable("A list of articles is expected.")
    return found


def _no_article(number: int) -> Row:
    return Row(number, {}, flaws={"row": "is no article: an object with a question and an answer is expected"})


FORMAT = Format("json", read, endings=(".json",), media_type="application/json")
