"""Writing down what happened to a ticket."""

from typing import Any

from sqlalchemy.orm import Session

from bot.core import clock
from bot.core.auth import Staff
from bot.desk import words
from bot.desk.models import Ticket, TicketEvent
from bot.policy.shapes import Policy

SHOWN = frozenset({"received", "claimed", "answered", "waiting", "transferred", "resolved", "reopened", "returned"})
"""What the customer finds in the timeline. Priorities and notes stay inside."""


def do_record(
    session: Session,
    policy: Policy,
    ticket: Ticket,
    event: str,
    *,
    staff: Staff | None = None,
    text: str | None = None,
    detail: dict[str, Any] | None = None,
    seq: int | None = None,
) -> TicketEvent:
    """Append one event. Without `text` it is the customer's sentence for it; `seq`: where the thread shows it."""
    moment = clock.now()
    name = staff.name if staff else ""
    row = TicketEvent(
        ticket_id=ticket.id,
        at=moment,
        event=event,
        text=text if text is not None else words.event(policy, ticket, event, now=moment, name=name),
        detail=detail or {},
        staff_id=staff.id if staff else None,
        seq=seq,
        visible_to_customer=event in SHOWN,
    )
    session.add(row)
    session.flush()
    return row
