"""Sign-in of staff, for apps (bearer token) and pages (HttpOnly cookie and CSRF value) alike."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, StringConstraints

from bot.core import auth, errors, http
from bot.core.http import Cfg, Db, require
from bot.core.limits import Limiter

router = APIRouter(prefix="/staff", tags=["staff"])


class Login(BaseModel):
    email: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


@router.post("/login")
def login(given: Login, request: Request, response: Response, db: Db, settings: Cfg) -> dict[str, Any]:
    """A new session. Failed tries are limited for the account and for the address."""
    limiter: Limiter = request.app.state.limiter
    keys = [f"sign-in:{given.email.strip().lower()}", f"sign-in@{http.address_of(request)}"]
    _count_try(limiter, keys, limit=settings.sign_ins_per_5_minutes)
    with db.snapshot() as session:
        staff = auth.check_password(session, email=given.email, password=given.password)
    for key in keys:
        limiter.forgive(key)
    with db.transaction() as session:
        token, csrf = auth.do_sign_in(session, staff, hours=settings.session_hours)
    _set_cookies(response, token, csrf, secure=settings.secure_cookies)
    return {"token": token, "staff": _shown(staff)}


@router.get("/me")
def me(staff: Annotated[auth.Staff, Depends(require())], request: Request, db: Db, settings: Cfg) -> dict[str, Any]:
    """Who is signed in; prolongs the session."""
    token = http.bearer(request) or request.cookies.get(http.SESSION_COOKIE, "")
    with db.transaction() as session:
        auth.do_touch(session, auth.access_session(session, token), hours=settings.session_hours)
    return _shown(staff)


@router.post("/logout", status_code=204)
def logout(_staff: Annotated[auth.Staff, Depends(require())], request: Request, response: Response, db: Db) -> None:
    """End this session."""
    token = http.bearer(request) or request.cookies.get(http.SESSION_COOKIE, "")
    with db.transaction() as session:
        auth.do_sign_out(session, token)
    response.delete_cookie(http.SESSION_COOKIE)
    response.delete_cookie(http.CSRF_COOKIE)


def _count_try(limiter: Limiter, keys: list[str], *, limit: int) -> None:
    """Count before the password is looked at: of a burst, no more are tried than one by one."""
    for place, key in enumerate(keys):
        try:
            limiter.check(key, limit=limit, seconds=300)
        except errors.RateLimited:
            for counted in keys[:place]:
                limiter.forgive(counted)
            raise


def _set_cookies(response: Response, token: str, csrf: str, *, secure: bool) -> None:
    response.set_cookie(http.SESSION_COOKIE, token, httponly=True, samesite="lax", secure=secure)
    response.set_cookie(http.CSRF_COOKIE, csrf, httponly=False, samesite="lax", secure=secure)


def _shown(staff: auth.Staff) -> dict[str, Any]:
    return {"id": staff.id, "name": staff.name, "roles": staff.roles}
