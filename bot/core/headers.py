"""Security headers on every answer: pages, files, calls, refusals before a socket opens, and our own mistakes."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core import errors, refusals
from bot.core.settings import Settings

FRAMEABLE_PATH = "/"
"""The chat page, which `widget.js` shows inside pages of the allowed origins."""
SHARED_PATHS = frozenset({FRAMEABLE_PATH, "/widget.js"})
"""What pages of other sites load."""
STARTS = ("http.response.start", "websocket.http.response.start")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
HELP = "/help"
HELP_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The public help pages need no script, so none may run there."""
UNUSED_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
HSTS_SECONDS = 31_536_000
PLAIN = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", ", ".join(f"{name}=()" for name in UNUSED_FEATURES)),
    ("cross-origin-opener-policy", "same-origin"),
)
SAME_ORIGIN = ("cross-origin-resource-policy", "same-origin")
Headers = list[tuple[bytes, bytes]]


class SecurityHeaders:
    """Around the whole app. A mistake of ours is answered here, or its answer would pass by without headers."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        https = [("strict-transport-security", f"max-age={HSTS_SECONDS}")] if settings.secure_cookies else []
        self._ours = _encoded([*PLAIN, *https, _policy([]), SAME_ORIGIN])
        self._help = _encoded([*PLAIN, *https, ("content-security-policy", HELP_POLICY), SAME_ORIGIN])
        shared = [*PLAIN, *https, ("cross-origin-resource-policy", "cross-origin")]
        self._shared = _encoded([*shared, _policy([])])
        self._framed = _encoded([*shared, _policy(sorted(settings.origins))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        added, started = self._for(scope["path"]), False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] in STARTS:
                started = True
                message["headers"] = _with_rest(message.get("headers", []), added, scope["path"])
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if scope["type"] == "http" and not started:
                language = refusals.language_of(HTTPConnection(scope))
                answer = refusals.response(errors.FirebreakError(), language)
                await answer(scope, receive, send_with_headers)
            raise

    def _for(self, path: str) -> Headers:
        if path == FRAMEABLE_PATH:
            return self._framed
        if path == HELP or path.startswith(f"{HELP}/"):
            return self._help
        return self._shared if path in SHARED_PATHS else self._ours


def _policy(framed_by: list[str]) -> tuple[str, str]:
    return "content-security-policy", CONTENT_SECURITY_POLICY + " ".join(["'self'", *framed_by])


def _encoded(headers: list[tuple[str, str]]) -> Headers:
    return [(name.encode(), value.encode()) for name, value in headers]


def _with_rest(given: Headers, added: Headers, path: str) -> Headers:
    """Answers of calls are about people: nothing between us and the caller keeps them."""
    private = path.startswith("/api/") and not any(name.lower() == b"cache-control" for name, _ in given)
    return [*given, *added, *([(b"cache-control", b"no-store")] if private else [])]
