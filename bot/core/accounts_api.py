"""The accounts of staff, for admins: who there is, what happened, one-time passwords, and locking out."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import audit, auth, calls, clock, errors, http, passwords
from bot.core.audit import Happened, StaffEvent, do_note
from bot.core.auth import Role, Staff
from bot.core.db import Database
from bot.core.http import Db, require
from bot.core.shapes import Storable

router = APIRouter(prefix="/staff", tags=["staff"], route_class=calls.Call)
Admin = Annotated[Staff, Depends(require(Role.ADMIN))]
AccountId = Annotated[str, Path(max_length=32, pattern="^[0-9a-z]+$")]


class AccountOut(BaseModel):
    """`sessions`: how many run."""

    id: str
    email: str
    name: str
    roles: list[Role]
    teams: list[str]
    active: bool
    password: auth.PasswordKind
    sessions: int
    last_seen_at: str | None


class AccountsOut(BaseModel):
    items: list[AccountOut]


class PasswordOut(BaseModel):
    password: str


class EventOut(BaseModel):
    """What else is known depends on the kind."""

    model_config = ConfigDict(extra="allow")

    id: str
    at: str
    kind: Happened
    staff_id: str | None
    by: str | None
    address: str | None


class EventsOut(BaseModel):
    items: list[EventOut]
    next: str | None = None


@router.get("/accounts", **calls.told(AccountsOut, by="staff", body=False))
def accounts(_admin: Admin, db: Db) -> dict[str, Any]:
    """Every account, by e-mail, with the sessions that run."""
    with db.snapshot() as session:
        found = session.scalars(select(Staff).order_by(Staff.email)).all()
        return {"items": [_account(session, one) for one in found]}


@router.post("/accounts/{staff_id}/reset-password", **calls.told(PasswordOut, errors.NotFound, by="staff", body=False))
async def reset_password(staff_id: AccountId, admin: Admin, request: Request, db: Db) -> dict[str, Any]:
    """Give a one-time password, which opens nothing but its change; every session of the account ends."""
    password = passwords.one_time()
    hasher: passwords.Passwords = request.app.state.passwords
    hashed = await hasher.hashed(password)
    await asyncio.to_thread(_do_reset, db, staff_id, hashed, admin, http.address_of(request))
    return {"password": password}


@router.post(
    "/accounts/{staff_id}/disable",
    **calls.told(None, errors.NotFound, errors.Conflict, by="staff", status=204, body=False),
)
def disable(staff_id: AccountId, admin: Admin, request: Request, db: Db) -> None:
    """Lock an account out at once; `409` for the last admin. `firebreak staff add` opens it again."""
    with db.transaction() as session:
        account = auth.access_account(session, staff_id)
        auth.do_disable(session, account)
        address = http.address_of(request)
        do_note(session, Happened.DISABLED, staff_id=account.id, by_id=admin.id, address=address)


@router.get("/events", **calls.told(EventsOut, by="staff", body=False))
def events(
    _admin: Admin,
    db: Db,
    cursor: Annotated[str, Query(max_length=32), Storable] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Sign-ins, failed ones, changes of passwords and roles; the newest first."""
    wanted = select(StaffEvent).order_by(StaffEvent.id.desc()).limit(limit + 1)
    if cursor:
        wanted = wanted.where(StaffEvent.id < cursor)
    with db.snapshot() as session:
        found = list(session.scalars(wanted))
    page: dict[str, Any] = {"items": [audit.as_wire(event) for event in found[:limit]]}
    return {**page, "next": found[limit - 1].id} if len(found) > limit else page


def _do_reset(db: Database, staff_id: str, hashed: str, admin: Staff, address: str) -> None:
    with db.transaction() as session:
        account = auth.access_account(session, staff_id)
        auth.do_set_password(session, account, hashed, kind=auth.PasswordKind.ONE_TIME)
        do_note(session, Happened.PASSWORD_RESET, staff_id=account.id, by_id=admin.id, address=address)


def _account(session: Session, staff: Staff) -> dict[str, Any]:
    running = auth.running_sessions(session, staff.id)
    return {
        "id": staff.id,
        "email": staff.email,
        "name": staff.name,
        "roles": staff.roles,
        "teams": staff.teams,
        "active": staff.active,
        "password": staff.password_kind,
        "sessions": len(running),
        "last_seen_at": clock.iso(running[0].seen_at) if running else None,
    }
