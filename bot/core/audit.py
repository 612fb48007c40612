"""What happened to accounts: sign-ins, passwords, roles. Rows are written with the fact and never changed."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.core import clock
from bot.core.tables import Base, new_id


class Happened(enum.StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    DISABLED = "disabled"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_FAILED = "password_failed"
    PASSWORD_RESET = "password_reset"


class StaffEvent(Base):
    """One row. `by_id` is who did it; None: the account itself, or the operator's command line.

    `staff_id` is None where somebody tried an unknown e-mail. What was typed is not kept: it may be a password.
    """

    __tablename__ = "staff_events"
    __table_args__ = (Index("ix_staff_events_staff_id", "staff_id", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    address: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]


def do_note(
    session: Session,
    kind: Happened,
    *,
    staff_id: str | None,
    by_id: str | None = None,
    address: str | None = None,
    **detail: Any,
) -> None:
    session.add(
        StaffEvent(
            at=clock.now(),
            kind=kind,
            staff_id=staff_id,
            by_id=by_id,
            address=address[:64] if address else None,
            detail=detail,
        )
    )


def as_wire(event: StaffEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": clock.iso(event.at),
        "kind": event.kind,
        "staff_id": event.staff_id,
        "by": event.by_id,
        "address": event.address,
        **event.detail,
    }
