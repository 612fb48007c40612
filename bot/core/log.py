"""Structured logs: one JSON object a line on stderr, with the process's name and never a customer's words.

Our own loggers say constant words and chosen fields. Libraries print what they were given: below `info` they are not
heard at all, nothing but their sentence is kept, and of asyncio, which prints whole exceptions, only the place.
"""

import json
import logging
import sys
import traceback
from typing import Any

from bot.core import clock

OURS = ("bot", "knowledge_index")
QUIET = ("uvicorn.access", "httpx", "asyncio", "sqlalchemy")
_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a record and its `extra` fields. Of an exception it keeps type and places, never its text or locals."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": clock.iso(clock.now()),
            "process": self._process,
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        if _is_ours(record):
            line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(record.exc_info[2])[-6:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(process: str, *, level: str = "info") -> None:
    """Send everything that this process logs to stderr as JSON lines. `level` opens our own loggers alone to debug."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process))
    logging.getLogger().handlers[:] = [handler]
    set_level(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def set_level(level: str) -> None:
    """Log from `level` on, at once. Below info our loggers alone are heard: libraries print what they were given."""
    least = logging.getLevelNamesMapping()[level.upper()]
    logging.getLogger().setLevel(max(logging.INFO, least))
    for ours in OURS:
        logging.getLogger(ours).setLevel(least)
    for quiet in QUIET:
        logging.getLogger(quiet).setLevel(max(logging.WARNING, least))


def level() -> str:
    """The level in force."""
    return logging.getLevelName(logging.getLogger(OURS[0]).getEffectiveLevel()).lower()


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _event(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] == "asyncio":
        return f"{record.module}.{record.funcName}:{record.lineno}"
    return record.getMessage()
