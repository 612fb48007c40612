"""The staff pages' cookies: sent back to this host alone, and never with a request that another site starts."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from bot.core.settings import Settings

SESSION = "firebreak_session"
CSRF = "firebreak_csrf"
BROWSER = "firebreak_browser"
"""Proof that an account has signed in from this browser before."""
DAY_SECONDS = 86_400


def read(connection: HTTPConnection, name: str, *, settings: Settings) -> str | None:
    return connection.cookies.get(_name(name, settings))


def put(
    response: Response, name: str, value: str, *, settings: Settings, readable: bool = False, days: int | None = None
) -> None:
    """`readable`: by our pages' scripts. Without `days` it goes with the browser's window."""
    response.set_cookie(
        _name(name, settings),
        value,
        max_age=days * DAY_SECONDS if days else None,
        httponly=not readable,
        samesite="strict",
        secure=settings.secure_cookies,
    )


def remove(response: Response, name: str, *, settings: Settings) -> None:
    response.delete_cookie(_name(name, settings), httponly=True, samesite="strict", secure=settings.secure_cookies)


def _name(name: str, settings: Settings) -> str:
    """With this prefix browsers take a cookie from this very host and over HTTPS only."""
    return f"__Host-{name}" if settings.secure_cookies else name
