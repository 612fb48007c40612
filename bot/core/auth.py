"""Who on staff is calling: accounts with roles, and their sessions. What they may do is asked in `http`."""

import enum
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from bot.core import clock, errors, passwords
from bot.core.audit import Happened, do_note
from bot.core.tables import Base, new_id

TOUCH_SECONDS = 60
SESSION_ID_LENGTH = 16


class Role(enum.StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    EDITOR = "editor"
    QUALITY = "quality"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    ADMIN = "admin"


class PasswordKind(enum.StrEnum):
    OWN = "own"
    GIVEN = "given"
    """Somebody else chose it; the pages offer to change it."""
    ONE_TIME = "one_time"
    """Opens nothing but the change of the password."""


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[list[str]]
    teams: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(String(200))
    password_kind: Mapped[str] = mapped_column(String(8), default=PasswordKind.GIVEN)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    def may(self, *roles: Role) -> bool:
        """Whether one of `roles` is held; an admin holds them all."""
        return Role.ADMIN in self.roles or any(role in self.roles for role in roles)


class StaffSession(Base):
    """A stay signed in. Of its token only a hash is kept, so that a stolen table opens nothing."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    staff: Mapped[Staff] = relationship(lazy="joined")

    @property
    def id(self) -> str:
        """What names it to people: a part of the hash, of no use as a token."""
        return self.token_hash[:SESSION_ID_LENGTH]


@dataclass(frozen=True)
class Life:
    """How long a session lasts: `idle` after its last use, and `longest` after its beginning whatever its use."""

    idle: timedelta
    longest: timedelta

    def end(self, *, began: datetime, used: datetime) -> datetime:
        return min(used + self.idle, began + self.longest)


def do_add_staff(
    session: Session, *, email: str, name: str, roles: list[str], password: str, teams: list[str] | None = None
) -> Staff:
    """Make an account, or change the one of that e-mail; then its sessions end."""
    passwords.check_new(password)
    unknown = sorted(set(roles) - {role.value for role in Role})
    if unknown or not roles:
        raise errors.Invalid("Roles are {known}.", words={"known": ", ".join(Role)}, fields={"roles": unknown})
    staff = account_of(session, email)
    before = staff.roles if staff else None
    if staff is None:
        staff = Staff(id=new_id(), email=_plain(email), created_at=clock.now(), teams=[])
        session.add(staff)
    staff.name, staff.roles, staff.active = name, roles, True
    staff.teams = teams if teams is not None else staff.teams
    do_set_password(session, staff, passwords.hashed(password), kind=PasswordKind.GIVEN)
    session.flush()
    what = Happened.ADDED if before is None else Happened.CHANGED
    do_note(session, what, staff_id=staff.id, roles=roles, roles_before=before)
    return staff


def do_set_password(session: Session, staff: Staff, password_hash: str, *, kind: PasswordKind) -> None:
    """Every session of the account ends with its old password."""
    staff.password_hash, staff.password_kind = password_hash, kind
    do_end_sessions(session, StaffSession.staff_id == staff.id)


def do_disable(session: Session, staff: Staff) -> None:
    """Nobody signs in to the account any more, and whoever is in is out. Raises Conflict for the last admin."""
    admins = [one.id for one in session.scalars(select(Staff).where(Staff.active)) if Role.ADMIN in one.roles]
    if admins == [staff.id]:
        raise errors.Conflict("This is the last admin: somebody has to be left who can manage accounts.")
    staff.active = False
    do_end_sessions(session, StaffSession.staff_id == staff.id)


def account_of(session: Session, email: str) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.email == _plain(email)))


def access_account(session: Session, staff_id: str) -> Staff:
    """Raises NotFound."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise errors.NotFound("There is no such account here.")
    return found


def hold_unchanged(session: Session, checked: Staff) -> Staff:
    """The account, held until the commit. Raises Unauthenticated when its password changed since it was checked."""
    held = select(Staff).where(Staff.id == checked.id, Staff.password_hash == checked.password_hash, Staff.active)
    staff = session.scalar(held.with_for_update(key_share=True))
    if staff is None:
        raise errors.Unauthenticated
    return staff


def do_sign_in(session: Session, staff: Staff, *, life: Life) -> tuple[str, str]:
    """A new session's token and its CSRF value."""
    token, csrf, moment = secrets.token_urlsafe(32), secrets.token_urlsafe(24), clock.now()
    session.add(
        StaffSession(
            token_hash=hash_of(token),
            staff_id=staff.id,
            csrf=csrf,
            created_at=moment,
            seen_at=moment,
            expires_at=life.end(began=moment, used=moment),
        )
    )
    return token, csrf


def access_session(session: Session, token: str) -> StaffSession:
    """The running session of `token`. Raises Unauthenticated."""
    found = session.get(StaffSession, hash_of(token))
    if found is None or found.expires_at <= clock.now() or not found.staff.active:
        raise errors.Unauthenticated
    return found


def needs_touch(found: StaffSession) -> bool:
    return clock.now() - found.seen_at >= timedelta(seconds=TOUCH_SECONDS)


def do_touch(session: Session, found: StaffSession, *, life: Life) -> None:
    """Prolong a session that is in use."""
    moment = clock.now()
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == found.token_hash, StaffSession.expires_at > moment)
        .values(seen_at=moment, expires_at=life.end(began=found.created_at, used=moment))
    )


def running_sessions(session: Session, staff_id: str) -> list[StaffSession]:
    """The last used first."""
    running = select(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.expires_at > clock.now())
    return list(session.scalars(running.order_by(StaffSession.seen_at.desc())))


def still_running(session: Session, hashes: set[str]) -> set[str]:
    """Which of these sessions have not ended."""
    columns = select(StaffSession.token_hash).join(Staff).where(Staff.active, StaffSession.expires_at > clock.now())
    return set(session.scalars(columns.where(StaffSession.token_hash.in_(hashes))))


def do_end_sessions(session: Session, which: ColumnElement[bool]) -> int:
    """How many ended."""
    moment = clock.now()
    ended = update(StaffSession).where(which, StaffSession.expires_at > moment).values(expires_at=moment)
    return len(session.execute(ended.returning(StaffSession.token_hash)).all())


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _plain(email: str) -> str:
    return email.strip().lower()
