"""One's own account, for apps (bearer token) and pages (HttpOnly cookie and CSRF value) alike.

Tries of a password are limited for the account and for the address, 5 minutes each. A browser where this account has
signed in before has a limit of its own instead: so nobody who guesses from elsewhere can keep its owner out.
"""

import asyncio
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, StringConstraints

from bot.core import auth, calls, clock, cookies, errors, http, passwords, tokens
from bot.core.audit import Happened, do_note
from bot.core.db import Database
from bot.core.http import Cfg, Db
from bot.core.limits import Limits, Window
from bot.core.settings import Settings
from bot.core.shapes import Shape

TRY_SECONDS = 300
BROWSER_DAYS = 180
WRONG = "E-mail or password is wrong."
Password = Annotated[str, StringConstraints(min_length=1, max_length=passwords.LONGEST)]
router = APIRouter(prefix="/staff", tags=["staff"], route_class=calls.Call)


class Login(Shape):
    email: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    password: Password


class NewPassword(Shape):
    current: Password
    new: Password


class StaffOut(BaseModel):
    """`password`: who chose it. A `one_time` one opens nothing but its change."""

    id: str
    name: str
    roles: list[auth.Role]
    password: auth.PasswordKind


class SignedInOut(BaseModel):
    token: str
    staff: StaffOut


class SessionOut(BaseModel):
    """`this`: the session that asks."""

    id: str
    created_at: str
    seen_at: str
    expires_at: str
    this: bool


class SessionsOut(BaseModel):
    items: list[SessionOut]


async def signed_in(request: Request) -> auth.StaffSession:
    """Whoever is signed in, be it by a one-time password."""
    return await asyncio.to_thread(http.access_session, request, one_time=True)


Me = Annotated[auth.StaffSession, Depends(signed_in)]


@router.post("/login", **calls.told(SignedInOut, errors.Unauthenticated, by="anybody"))
async def login(given: Login, request: Request, response: Response, db: Db, settings: Cfg) -> dict[str, Any]:
    """A new session.

    A try counts before the password is looked at: of a burst, no more are tried than one by one.
    """
    limits: Limits = request.app.state.limits
    windows = _windows(given, request)
    await limits.check(*windows)
    staff = await _checked(given, request, db)
    await limits.forgive(*windows)
    hasher: passwords.Passwords = request.app.state.passwords
    rehashed = await hasher.hashed(given.password) if passwords.is_outdated(staff.password_hash) else None
    token, csrf = await asyncio.to_thread(_do_sign_in, db, staff, rehashed, request)
    _set_cookies(response, token, csrf, settings)
    browser, _ = tokens.issue(request.app.state.browser_keys, _browser_of(staff.email), days=BROWSER_DAYS)
    cookies.put(response, cookies.BROWSER, browser, settings=settings, days=BROWSER_DAYS)
    return {"token": token, "staff": _shown(staff)}


@router.get("/me", **calls.told(StaffOut, by="staff", body=False))
def me(mine: Me) -> dict[str, Any]:
    """Who is signed in; prolongs the session."""
    return _shown(mine.staff)


@router.post("/logout", **calls.told(None, by="staff", status=204, body=False))
def logout(mine: Me, request: Request, response: Response, db: Db, settings: Cfg) -> None:
    """End this session."""
    with db.transaction() as session:
        auth.do_end_sessions(session, auth.StaffSession.token_hash == mine.token_hash)
        do_note(session, Happened.SIGNED_OUT, staff_id=mine.staff_id, address=http.address_of(request))
    for name in (cookies.SESSION, cookies.CSRF):
        cookies.remove(response, name, settings=settings)


@router.post("/password", **calls.told(SignedInOut, by="staff"))
async def change_password(
    given: NewPassword, mine: Me, request: Request, response: Response, db: Db, settings: Cfg
) -> dict[str, Any]:
    """Choose another password. Every session of the account ends; the answer holds a new one, as a sign-in does."""
    passwords.check_new(given.new)
    if given.new == given.current:
        raise errors.Invalid("The new password is the old one.", fields={"new": "the same"})
    limits: Limits = request.app.state.limits
    window = Window(f"password:{mine.staff_id}", settings.sign_ins_per_5_minutes, TRY_SECONDS)
    await limits.check(window)
    hasher: passwords.Passwords = request.app.state.passwords
    if not await hasher.match(mine.staff.password_hash, given.current):
        await asyncio.to_thread(_note, db, Happened.PASSWORD_FAILED, mine.staff_id, request)
        raise errors.Invalid("The present password is another one.", fields={"current": "wrong"})
    await limits.forgive(window)
    hashed = await hasher.hashed(given.new)
    token, csrf = await asyncio.to_thread(_do_change, db, mine.staff, hashed, request)
    _set_cookies(response, token, csrf, settings)
    return {"token": token, "staff": {**_shown(mine.staff), "password": auth.PasswordKind.OWN}}


@router.get("/sessions", **calls.told(SessionsOut, by="staff", body=False))
def sessions(mine: Me, db: Db) -> dict[str, Any]:
    """Where one is signed in, the last used first."""
    with db.snapshot() as session:
        return {"items": [_session(one, mine) for one in auth.running_sessions(session, mine.staff_id)]}


@router.delete("/sessions/{session_id}", **calls.told(None, errors.NotFound, by="staff", status=204, body=False))
def end_session(
    session_id: Annotated[str, Path(pattern=f"^[0-9a-f]{{{auth.SESSION_ID_LENGTH}}}$")],
    mine: Me,
    request: Request,
    db: Db,
) -> None:
    """End one of one's sessions."""
    this = (auth.StaffSession.staff_id == mine.staff_id) & auth.StaffSession.token_hash.startswith(session_id)
    with db.transaction() as session:
        if not auth.do_end_sessions(session, this):
            raise errors.NotFound("There is no such session.")
        do_note(session, Happened.SESSION_ENDED, staff_id=mine.staff_id, address=http.address_of(request))


def _windows(given: Login, request: Request) -> list[Window]:
    limit = http.settings_of(request).sign_ins_per_5_minutes
    known = _knows(request, given.email)
    if known is not None:
        names = [f"sign-in#{hashlib.sha256(known.encode()).hexdigest()}"]
    else:
        names = [f"sign-in:{given.email.strip().lower()}", f"sign-in@{http.address_of(request)}"]
    return [Window(name, limit, TRY_SECONDS) for name in names]


async def _checked(given: Login, request: Request, db: Database) -> auth.Staff:
    """The account of these credentials. Raises Unauthenticated, in the same words and time whatever is wrong."""
    staff = await asyncio.to_thread(_account, db, given.email)
    stored = staff.password_hash if staff and staff.active else None
    hasher: passwords.Passwords = request.app.state.passwords
    if not await hasher.match(stored, given.password):
        await asyncio.to_thread(_note, db, Happened.SIGN_IN_FAILED, staff.id if staff else None, request)
        raise errors.Unauthenticated(WRONG)
    assert staff is not None
    return staff


def _account(db: Database, email: str) -> auth.Staff | None:
    with db.snapshot() as session:
        return auth.account_of(session, email)


def _do_sign_in(db: Database, checked: auth.Staff, rehashed: str | None, request: Request) -> tuple[str, str]:
    with db.transaction() as session:
        staff = auth.hold_unchanged(session, checked)
        staff.password_hash = rehashed or staff.password_hash
        do_note(session, Happened.SIGNED_IN, staff_id=staff.id, address=http.address_of(request))
        return auth.do_sign_in(session, staff, life=http.life_of(request))


def _do_change(db: Database, checked: auth.Staff, hashed: str, request: Request) -> tuple[str, str]:
    with db.transaction() as session:
        staff = auth.hold_unchanged(session, checked)
        auth.do_set_password(session, staff, hashed, kind=auth.PasswordKind.OWN)
        do_note(session, Happened.PASSWORD_CHANGED, staff_id=staff.id, address=http.address_of(request))
        return auth.do_sign_in(session, staff, life=http.life_of(request))


def _note(db: Database, what: Happened, staff_id: str | None, request: Request) -> None:
    with db.transaction() as session:
        do_note(session, what, staff_id=staff_id, address=http.address_of(request))


def _browser_of(email: str) -> str:
    """What a known browser's cookie is made out to; the e-mail itself is not written there."""
    return hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()


def _knows(request: Request, email: str) -> str | None:
    """The browser's cookie, if this account has signed in there."""
    cookie = cookies.read(request, cookies.BROWSER, settings=http.settings_of(request))
    try:
        known = cookie is not None and tokens.subject_of(request.app.state.browser_keys, cookie) == _browser_of(email)
    except errors.Unauthenticated:
        return None
    return cookie if known else None


def _set_cookies(response: Response, token: str, csrf: str, settings: Settings) -> None:
    cookies.put(response, cookies.SESSION, token, settings=settings)
    cookies.put(response, cookies.CSRF, csrf, settings=settings, readable=True)


def _shown(staff: auth.Staff) -> dict[str, Any]:
    return {"id": staff.id, "name": staff.name, "roles": staff.roles, "password": staff.password_kind}


def _session(one: auth.StaffSession, mine: auth.StaffSession) -> dict[str, Any]:
    times = {"created_at": one.created_at, "seen_at": one.seen_at, "expires_at": one.expires_at}
    return {"id": one.id, **{name: clock.iso(at) for name, at in times.items()}, "this": one.id == mine.id}
