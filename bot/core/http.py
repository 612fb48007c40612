"""What every room's routes share: the app's parts, the caller, the limits by address and by size."""

import asyncio
import functools
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.core import auth, cookies, errors, refusals
from bot.core.db import Database
from bot.core.limits import Limits, Window
from bot.core.settings import Network, Settings
from bot.core.socket import Seats

CSRF_HEADER = "x-csrf-token"
BODY_LIMIT_BYTES = 1_000_000
LARGER_BODIES = {"/api/v1/knowledge/imports": 21_000_000, "/api/v1/knowledge/images": 2_200_000}
"""Calls that take files; who may call them is asked before a byte of the body is read."""
BODY_SECONDS = 30.0
"""A body that takes longer to arrive is given up: each one holds a connection open."""
LARGER_BODY_SECONDS = 120.0
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


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
    """The caller's address: the nearest that is no trusted proxy. X-Forwarded-For is believed from those only."""
    peer = connection.client.host if connection.client else "unknown"
    proxies = settings_of(connection).proxies
    if not proxies:
        return peer
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
    hops = [peer, *(hop.strip() for hop in reversed(forwarded.split(",")) if hop.strip())]
    return next((hop for hop in hops if not _is_among(hop, proxies)), hops[-1])


@functools.lru_cache(maxsize=10_000)
def _is_among(address: str, proxies: tuple[Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in network for network in proxies)


async def check_address(connection: HTTPConnection) -> None:
    """Count one request of the caller's address. Raises RateLimited."""
    limits: Limits = connection.app.state.limits
    limit = settings_of(connection).requests_per_minute
    await limits.check(Window(f"address:{address_of(connection)}", limit, 60))


def life_of(connection: HTTPConnection) -> auth.Life:
    settings = settings_of(connection)
    return auth.Life(timedelta(hours=settings.session_hours), timedelta(hours=settings.session_longest_hours))


def access_session(connection: HTTPConnection, *, one_time: bool = False, in_use: bool = True) -> auth.StaffSession:
    """The session of whoever signed in, by cookie or bearer token. REST and sockets ask here.

    A writing call by cookie needs its CSRF value too. A one-time password opens only what asks for `one_time`.
    `in_use`: somebody does something, which prolongs the session; an open page that pings does not.
    """
    by_cookie = cookies.read(connection, cookies.SESSION, settings=settings_of(connection))
    token = bearer(connection) or socket_token(connection) or by_cookie
    if not token:
        raise errors.Unauthenticated
    database = database_of(connection)
    with database.snapshot() as session:
        found = auth.access_session(session, token)
    if token == by_cookie and connection.scope.get("method", "GET") not in SAFE_METHODS:
        given = connection.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(given.encode(), found.csrf.encode()):
            raise errors.Forbidden("This page is out of date. Reload it and try again.")
    if found.staff.password_kind == auth.PasswordKind.ONE_TIME and not one_time:
        raise errors.PasswordChangeNeeded
    if in_use and auth.needs_touch(found):
        with database.transaction() as session:
            auth.do_touch(session, found, life=life_of(connection))
    return found


def seat(connection: HTTPConnection, person: str) -> AbstractContextManager[None]:
    """A place among the open sockets of the caller's address, and of the conversation or staff id `person`."""
    settings = settings_of(connection)
    seats: Seats = connection.app.state.seats
    return seats.taken(
        {
            f"address:{address_of(connection)}": settings.sockets_per_address,
            f"person:{person}": settings.sockets_per_person,
        }
    )


def access_staff(connection: HTTPConnection, *roles: auth.Role) -> auth.Staff:
    """Whoever signed in, if one of `roles` is theirs; without roles, anybody on staff."""
    return allowed(access_session(connection), *roles).staff


def allowed(found: auth.StaffSession, *roles: auth.Role) -> auth.StaffSession:
    if roles and not found.staff.may(*roles):
        raise errors.Forbidden
    return found


def require(*roles: auth.Role) -> Callable[[Request], auth.Staff]:
    """`access_staff` as a dependency."""

    def asked(request: Request) -> auth.Staff:
        return access_staff(request, *roles)

    return asked


def check_origin(connection: HTTPConnection, *, shops: bool) -> None:
    """Refuse a socket that a page of another site opens. Raises Forbidden.

    Our own pages may, with `shops` the allowed origins too, and whoever sends no origin: an app. Every browser does.
    """
    origin = connection.headers.get("origin")
    settings = settings_of(connection)
    if origin is None or (shops and origin in settings.origins):
        return
    host = connection.headers.get("host", "").lower()
    schemes = ("https",) if settings.secure_cookies else ("https", "http")
    if not host or origin not in {f"{scheme}://{host}" for scheme in schemes}:
        raise errors.Forbidden("A page of this origin may not open this socket.")


class Guard:
    """In front of every request: the size of bodies, and the limit of requests an address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        connection = HTTPConnection(scope)
        refusal = await self._refusal(connection)
        if refusal is not None:
            answer = refusals.response(refusal, refusals.language_of(connection))
            await answer(scope, receive, send)
            return
        await self._app(scope, _limited(receive, scope["path"]), send)

    async def _refusal(self, connection: HTTPConnection) -> errors.FirebreakError | None:
        length, most = connection.headers.get("content-length", "0"), _most_bytes(connection.url.path)
        if not length.isdecimal() or int(length) > most:
            return errors.TooLarge("A request has at most {most:,} bytes.", words={"most": most})
        if not connection.url.path.startswith("/api/"):
            return None
        try:
            await check_address(connection)
        except errors.RateLimited as error:
            return error
        return None


def _most_bytes(path: str) -> int:
    return LARGER_BODIES.get(path, BODY_LIMIT_BYTES)


def _limited(receive: Receive, path: str) -> Receive:
    """`receive` that refuses a body which grows past the limit, or takes too long to arrive."""
    seen, complete, most = 0, False, _most_bytes(path)
    due = asyncio.get_running_loop().time() + (LARGER_BODY_SECONDS if path in LARGER_BODIES else BODY_SECONDS)

    async def limited() -> Message:
        nonlocal seen, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(due):
                message = await receive()
        except TimeoutError:
            raise HTTPException(errors.TooSlow.status) from None
        seen += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if seen > most:
            raise HTTPException(errors.TooLarge.status)
        return message

    return limited
