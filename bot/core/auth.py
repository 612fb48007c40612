"""Who is calling: staff with roles and sessions, and the signed tokens of customers. The one authorisation layer."""

import enum
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from bot.core import clock, errors
from bot.core.tables import Base, new_id

ALGORITHM = "HS256"
SESSION_TOUCH_SECONDS = 60
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Role(enum.StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    EDITOR = "editor"
    QUALITY = "quality"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    ADMIN = "admin"


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[list[str]]
    teams: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    def may(self, *roles: Role) -> bool:
        """Whether one of `roles` is held; an admin holds them all."""
        return Role.ADMIN in self.roles or any(role in self.roles for role in roles)


class StaffSession(Base):
    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    staff: Mapped[Staff] = relationship(lazy="joined")


class Key(Base):
    """A secret of the installation, made once and shared by all its processes."""

    __tablename__ = "keys"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(128))


def signing_key(session: Session, name: str = "conversation_tokens") -> str:
    """The installation's key `name`; made on first use, so call it in a writing transaction."""
    key = session.get(Key, name)
    if key is None:
        key = Key(name=name, value=secrets.token_hex(32))
        session.add(key)
        session.flush()
    return key.value


def issue_token(key: str, conversation_id: str, *, days: int) -> tuple[str, datetime]:
    """A bearer token for one conversation, and when it ends."""
    expires = clock.now() + timedelta(days=days)
    return jwt.encode({"sub": conversation_id, "exp": expires}, key, ALGORITHM), expires


def conversation_of(key: str, token: str) -> str:
    """The conversation that `token` opens. Raises Unauthenticated when it is forged, expired or not a token."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[ALGORITHM], options={"require": ["sub", "exp"], "verify_aud": False}
        )
    except (jwt.PyJWTError, ValueError, UnicodeError) as error:
        raise errors.Unauthenticated("This conversation token is not valid, or no longer.") from error
    return str(claims["sub"])


def identity_of(token: str, *, secret: str, audience: str) -> dict[str, Any]:
    """The claims of a host app's identity token. Raises Unauthenticated."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=audience, options={"require": ["sub", "exp", "aud"]}
        )
    except (jwt.PyJWTError, ValueError, UnicodeError) as error:
        raise errors.Unauthenticated("This identity token is not valid.") from error
    return claims


def do_add_staff(
    session: Session, *, email: str, name: str, roles: list[str], password: str, teams: list[str] | None = None
) -> Staff:
    """Make an account, or change the one of that e-mail; then its sessions end."""
    if len(password) < 10:
        raise errors.Invalid("A password needs at least 10 characters.", fields={"password": "too short"})
    unknown = sorted(set(roles) - {role.value for role in Role})
    if unknown or not roles:
        raise errors.Invalid(f"Roles are {', '.join(Role)}.", fields={"roles": unknown})
    email = email.strip().lower()
    staff = session.scalar(select(Staff).where(Staff.email == email))
    if staff is None:
        staff = Staff(email=email, created_at=clock.now(), teams=[])
        session.add(staff)
    staff.name, staff.roles, staff.active = name, roles, True
    staff.teams = teams if teams is not None else staff.teams
    staff.password_hash = _hasher.hash(password)
    session.flush()
    session.execute(update(StaffSession).where(StaffSession.staff_id == staff.id).values(expires_at=clock.now()))
    return staff


def check_password(session: Session, *, email: str, password: str) -> Staff:
    """The account of these credentials. Raises Unauthenticated, in the same time for unknown accounts."""
    staff = session.scalar(select(Staff).where(Staff.email == email.strip().lower(), Staff.active))
    try:
        _hasher.verify(staff.password_hash if staff else _dummy_hash(), password)
    except (VerifyMismatchError, InvalidHashError, UnicodeError) as error:
        raise errors.Unauthenticated("E-mail or password is wrong.") from error
    if staff is None:
        raise errors.Unauthenticated("E-mail or password is wrong.")
    return staff


def do_sign_in(session: Session, staff: Staff, *, hours: int) -> tuple[str, str]:
    """A new session's token and its CSRF value; only the token's hash is kept."""
    token, csrf, moment = secrets.token_urlsafe(32), secrets.token_urlsafe(24), clock.now()
    session.add(
        StaffSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            csrf=csrf,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + timedelta(hours=hours),
        )
    )
    return token, csrf


def access_session(session: Session, token: str) -> StaffSession:
    """The running session of `token`. Raises Unauthenticated."""
    found = session.get(StaffSession, _hash(token))
    if found is None or found.expires_at <= clock.now() or not found.staff.active:
        raise errors.Unauthenticated
    return found


def do_touch(session: Session, found: StaffSession, *, hours: int) -> None:
    """Prolong a session that is in use."""
    moment = clock.now()
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == found.token_hash, StaffSession.expires_at > moment)
        .values(seen_at=moment, expires_at=moment + timedelta(hours=hours))
    )


def do_sign_out(session: Session, token: str) -> None:
    session.execute(update(StaffSession).where(StaffSession.token_hash == _hash(token)).values(expires_at=clock.now()))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


_dummy: list[str] = []


def _dummy_hash() -> str:
    if not _dummy:
        _dummy.append(_hasher.hash(secrets.token_hex(8)))
    return _dummy[0]
