"""JSON lines on standard output. Events carry ids and numbers; what customers wrote is never handed to a logger."""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

OURS = ("knowledge", "knowledge_index")


class JsonLines(logging.Formatter):
    """An exception is told by type and place; its message may quote a customer."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": "knowledge",
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            line["exception"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.filename}:{frame.lineno}" for frame in frames[-5:]]
        return json.dumps(line, ensure_ascii=False)


def set_up() -> None:
    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [lines]
    for noisy in ("sentence_transformers", "transformers", "faiss", "uvicorn.error", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    set_level(os.environ.get("FIREBREAK_LOG_LEVEL") or "info")


def set_level(level: str) -> bool:
    """Log from `level` on, at once; whether that is another than before. Below info our own lines alone are heard:
    libraries print what they were given."""
    least = logging.getLevelNamesMapping()[level.upper()]
    before = logging.getLogger(OURS[0]).level
    logging.getLogger().setLevel(max(logging.INFO, least))
    for ours in OURS:
        logging.getLogger(ours).setLevel(least)
    return least != before


def event(name: str, *, level: int = logging.INFO, **facts: Any) -> None:
    logging.getLogger("knowledge").log(level, name, extra={"facts": facts})
