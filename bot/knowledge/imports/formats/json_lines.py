"""JSON lines: an article a line."""

import json
from collections.abc import Iterator

from bot.knowledge.imports.formats import text
from bot.knowledge.imports.formats.base import Format, Row


def read(data: bytes, _name: str) -> Iterator[Row]:
    for number, line in enumerate(text.decoded(data).split("\n"), start=1):
        if line.strip():
            yield _row(number, line)


def _row(number: int, line: str) -> Row:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return Row(number, {}, flaws={"row": "is no JSON"})
    if not isinstance(found, dict):
        return Row(number, {}, flaws={"row": "is no article: an object with a question and an answer is expected"})
    return Row(number, found)


FORMAT = Format("jsonl", read, endings=(".jsonl", ".ndjson"), media_type="application/jsonl")
