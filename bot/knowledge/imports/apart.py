"""The process that reads a large file, as `reading` starts it: the file on stdin, a line of JSON a row on stdout."""

import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

from bot.knowledge.imports.formats import registry
from bot.knowledge.imports.formats.base import Row, Unreadable

LONGEST_ROW = 2_000_000
"""Characters; a hundred times more than an answer may have."""
LOW_PRIORITY = 10
TOO_LARGE = "This file takes more memory to read than there is for it. Bring it in several parts."


def main() -> None:
    form, name, memory, seconds = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(LOW_PRIORITY)
    for line in _said(form, sys.stdin.buffer.read(), name):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _said(form: str, data: bytes, name: str) -> Iterator[str]:
    try:
        for row in registry.rows(registry.named(form), data, name):
            yield _row(row)
        yield json.dumps({"end": True})
    except Unreadable as why:
        yield json.dumps({"refused": why.template, "words": why.words, "fields": why.fields}, default=str)
    except MemoryError:
        yield json.dumps({"refused": TOO_LARGE, "words": {}, "fields": None})
    except Exception as error:  # noqa: BLE001 - told to who waits for it, without the words of the file
        yield json.dumps({"failed": type(error).__name__})


def _row(row: Row) -> str:
    """Raises Unreadable for one that nobody wrote."""
    line = json.dumps({"row": vars(row)}, default=_plain)
    if len(line) > LONGEST_ROW:
        raise Unreadable("Row {row} is longer than any article.", words={"row": row.number}, fields={"row": row.number})
    return line


def _plain(value: Any) -> str:
    """YAML knows moments and days."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


if __name__ == "__main__":
    main()
