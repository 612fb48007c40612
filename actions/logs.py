"""The action server's logs as one JSON object a line on stderr, without a word of any customer's.

Requests hold what customers wrote, and libraries print requests when something fails: of foreign loggers a line keeps
where it was said, of an error its types and places. Our own loggers say constant words and chosen fields.
"""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

PROCESS: Final = "actions"
_OURS: Final = ("actions", "bot", "knowledge_index")
_STANDARD: Final = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
_FRAMES: Final = 6


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "process": PROCESS,
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.partition(".")[0] in _OURS:
            line["event"] = record.getMessage()
            line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        else:
            line["event"] = f"{record.module}.{record.funcName}:{record.lineno}"
        if record.exc_info and record.exc_info[1] is not None:
            frames = traceback.extract_tb(record.exc_info[1].__traceback__)[-_FRAMES:]
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
        return json.dumps(line, ensure_ascii=False, default=str)


def install() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    set_level(os.environ.get("FIREBREAK_LOG_LEVEL") or "info")
    logging.lastResort = handler  # loggers that neither propagate nor have a handler of their own end here
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # pinned libraries growing old: no operator's business
    logging.getLogger("rasa_sdk.executor").setLevel(logging.WARNING)


def set_level(level: str) -> bool:
    """Log from `level` on, at once; whether that is another than before. Below info our own loggers alone are heard.

    Raises KeyError for another word.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    before = logging.getLogger(_OURS[0]).level
    logging.getLogger().setLevel(max(logging.INFO, least))
    for ours in _OURS:
        logging.getLogger(ours).setLevel(least)
    return least != before
