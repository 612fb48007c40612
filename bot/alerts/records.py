"""Writing down an alert's steps."""

from typing import Any

from sqlalchemy.orm import Session

from bot.alerts.models import Alert, AlertEvent
from bot.core import clock
from bot.core.auth import Staff


def do_record(
    session: Session,
    alert: Alert,
    event: str,
    *,
    staff: Staff | None = None,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one step; `note` is the words of whoever decided."""
    session.add(
        AlertEvent(
            alert_id=alert.id,
            at=clock.now(),
            event=event,
            note=note,
            detail=detail or {},
            staff_id=staff.id if staff else None,
        )
    )
    session.flush()
