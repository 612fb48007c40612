"""What every room's routes share: the app's parts, the caller, the limits by address, the one error shape."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core import auth, errors
from bot.core.db import Database
from bot.core.limits import Limiter
from bot.core.settings import Settings

SESSION_COOKIE = "firebreak_session"
CSRF_COOKIE = "firebreak_csrf"
CSRF_HEADER = "x-csrf-token"
BODY_LIMIT_BYTES = 1_000_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

FRAMEABLE_PATH = "/"
"""The chat page, which `widget.js` shows inside pages of the allowed origins."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' ws: wss:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


def settings_of(connection: HTTPConnection) -> Settings:
    settings: Settings = connection.app.state.settings
    return settings


def database_of(connection: HTTPConnection) -> Database:
    database: Database = connection.app.state.db
    return database


Cfg = Annotated[Settings, Depends(settings_of)]
Db = Annotated[Database, Depends(database_of)]


def bearer(connection: HTTPConnection) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def socket_token(connection: HTTPConnection) -> str | None:
    """The token of a WebSocket's `bearer.<token>` sub-protocol."""
    for protocol in connection.headers.get("sec-websocket-protocol", "").split(","):
        if protocol.strip().startswith("bearer."):
            return protocol.strip().removeprefix("bearer.")
    return None


def address_of(connection: HTTPConnection) -> str:
    """The caller's address; X-Forwarded-For is believed from the trusted proxies only."""
    peer = connection.client.host if connection.client else "unknown"
    if peer in settings_of(connection).proxies:
        forwarded = connection.headers.get("x-forwarded-for", "").split(",")[-1].strip()
        return forwarded or peer
    return peer


def check_address(connection: HTTPConnection) -> None:
    """Count one request of the caller's address. Raises RateLimited."""
    limiter: Limiter = connection.app.state.limiter
    limit = settings_of(connection).requests_per_minute
    limiter.check(f"address:{address_of(connection)}", limit=limit, seconds=60)


def access_staff(connection: HTTPConnection) -> auth.Staff:
    """Whoever signed in, by cookie or bearer token. A writing call by cookie needs its CSRF value too."""
    by_cookie = connection.cookies.get(SESSION_COOKIE)
    token = bearer(connection) or socket_token(connection) or by_cookie
    if not token:
        raise errors.Unauthenticated
    with database_of(connection).snapshot() as session:
        found = auth.access_session(session, token)
    if token == by_cookie and connection.scope.get("method", "GET") not in SAFE_METHODS:
        given = connection.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(given.encode(), found.csrf.encode()):
            raise errors.Forbidden("This page is out of date. Reload it and try again.")
    return found.staff


def require(*roles: auth.Role) -> Callable[[Request], auth.Staff]:
    """A dependency that gives the signed-in staff, if one of `roles` is theirs; without roles, anybody on staff."""

    def allowed(request: Request) -> auth.Staff:
        staff = access_staff(request)
        if roles and not staff.may(*roles):
            raise errors.Forbidden
        return staff

    return allowed


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a socket is opened by our own page, an allowed one, or a client without an origin (an app)."""
    origin = connection.headers.get("origin")
    if origin is None or origin in settings_of(connection).origins:
        return True
    return origin.partition("://")[2] == connection.headers.get("host", "")


def install_errors(app: FastAPI) -> None:
    """Give every error API.md's one shape."""
    app.add_exception_handler(errors.FirebreakError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def error_response(error: errors.FirebreakError) -> JSONResponse:
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if error.retry_after is not None else None
    return JSONResponse({"error": error.as_dict()}, error.status, headers)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.FirebreakError)
    return error_response(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = {".".join(map(str, problem["loc"][1:])) or "body": problem["msg"] for problem in error.errors()}
    first = next(iter(fields.items()))
    return error_response(errors.Invalid(f"{first[0]}: {first[1]}.", fields=fields))


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    codes = {
        400: "invalid",
        401: "unauthenticated",
        403: "forbidden",
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
    }
    body: dict[str, Any] = {"code": codes.get(error.status_code, "refused"), "message": str(error.detail)}
    return JSONResponse({"error": body}, error.status_code, error.headers)


async def _unforeseen(_request: Request, _error: Exception) -> JSONResponse:
    return error_response(errors.FirebreakError())


class Guard:
    """In front of every request: security headers, the size of bodies, and the limit of requests an address."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._headers = _security_headers(["'self'"])
        self._frameable_headers = _security_headers(["'self'", *sorted(settings.origins)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        secure = self._frameable_headers if scope["path"] == FRAMEABLE_PATH else self._headers

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *secure]
            await send(message)

        refusal = self._refusal(HTTPConnection(scope))
        if refusal is not None:
            await error_response(refusal)(scope, receive, send_guarded)
            return
        await self._app(scope, _limited(receive), send_guarded)

    def _refusal(self, connection: HTTPConnection) -> errors.FirebreakError | None:
        length = connection.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_LIMIT_BYTES:
            return errors.TooLarge(f"A request has at most {BODY_LIMIT_BYTES:,} bytes.")
        if not connection.url.path.startswith("/api/"):
            return None
        try:
            check_address(connection)
        except errors.RateLimited as error:
            return error
        return None


def _security_headers(framed_by: list[str]) -> list[tuple[bytes, bytes]]:
    policy = CONTENT_SECURITY_POLICY + " ".join(framed_by)
    return [(b"content-security-policy", policy.encode()), *SECURITY_HEADERS]


def _limited(receive: Receive) -> Receive:
    """`receive` that refuses a body without a length that grows past the limit."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_LIMIT_BYTES:
            raise HTTPException(413, f"A request has at most {BODY_LIMIT_BYTES:,} bytes.")
        return message

    return limited
