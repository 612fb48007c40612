"""Rasa's logs as one JSON object a line on stderr, without a word of any customer's.

Rasa writes messages, trackers and the locals of a failed turn into its logs. What a foreign logger says is therefore
kept only until the first message can arrive; from then on a line holds where it was said, the name of a structured
event, and of an error its types and places. Our own loggers (`bot.*`) say constant words and chosen fields.
"""

import json
import logging
import os
import re
import sys
import traceback
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, Final, TextIO

PROCESS: Final = "rasa"
_STANDARD: Final = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
_EVENT_NAME: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
_FRAMES: Final = 6
LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class JsonLines(logging.Formatter):
    """`sealed`: customers may be talking, so foreign words are no longer repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.sealed = False

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "process": PROCESS,
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self._event(record),
        }
        if record.name.startswith("bot."):
            line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info and record.exc_info[1] is not None:
            line.update(_error(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)

    def _event(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if not self.sealed or record.name.startswith("bot.") or _EVENT_NAME.fullmatch(said):
            return said
        return f"{record.module}.{record.funcName}:{record.lineno}"


class _LinesToLog:
    """Takes the place of stdout and stderr: what a library prints becomes log lines under the same rule."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def write(self, text: str) -> int:
        for line in filter(None, map(str.strip, text.splitlines())):
            self._log.info(line)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False


def install(*, stream: TextIO | None = None) -> JsonLines:
    """Route everything that this process logs or prints through the returned formatter."""
    formatter = JsonLines()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    set_level(os.environ.get("FIREBREAK_LOG_LEVEL") or "info")
    logging.lastResort = handler  # loggers that neither propagate nor have a handler of their own end here
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # pinned libraries growing old: no operator's business
    sys.excepthook = _log_uncaught
    sys.stdout, sys.stderr = _LinesToLog("stdout"), _LinesToLog("stderr")  # type: ignore[assignment]
    return formatter


def set_level(level: str) -> bool:
    """Log from `level` on, at once; whether that is another than before. Below info our own loggers alone are heard.

    Raises KeyError for another word.
    """
    least, ours = LEVELS[level.lower()], logging.getLogger("bot")
    before = ours.level
    logging.getLogger().setLevel(max(logging.INFO, least))
    ours.setLevel(least)
    return least != before


def quiet_structlog() -> None:
    """Rasa's structured events keep their name alone: their fields are what customers wrote."""
    import structlog

    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _name_only],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def _name_only(_logger: Any, _method: str, event: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (event.get("event"),), {"exc_info": event.get("exc_info")}


def _error(error: BaseException) -> dict[str, Any]:
    chain: list[str] = []
    link: BaseException | None = error
    while link is not None and len(chain) < _FRAMES:
        chain.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {"error": " < ".join(chain), "where": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}


def _log_uncaught(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    logging.getLogger("bot.nlu").critical("process_failed", exc_info=(kind, error, place))
