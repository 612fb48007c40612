"""What a failing database means for whoever asked: away for a while, or full. Anything else is a mistake of ours."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.core import errors

AWAY = (OperationalError, InterfaceError, NoConnectionFree)
AGAIN_SECONDS = 2.0
ROOM_AGAIN_SECONDS = 30.0
_FULL = frozenset({"SQLITE_FULL", "53100"})
"""SQLite's name and PostgreSQL's code for a disk without room."""
_OURS = "SQLITE_ERROR"
"""SQLite calls a wrong statement an operational error too."""


def refusal(error: BaseException) -> errors.FirebreakError | None:
    """The refusal to tell, with when to come back; None where nothing about the database's state explains it."""
    if isinstance(error, DBAPIError) and _code(error) in _FULL:
        return errors.StorageFull(retry_after=ROOM_AGAIN_SECONDS)
    if isinstance(error, DBAPIError) and _code(error) == _OURS:
        return None
    return errors.Unavailable(retry_after=AGAIN_SECONDS) if isinstance(error, AWAY) else None


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
