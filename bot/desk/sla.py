"""What is owed by when. The one place where due times are computed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.models import Status, Ticket
from bot.policy.shapes import Level, Policy

FIRST_RESPONSE = "first_response"
RESOLUTION = "resolution"


@dataclass(frozen=True)
class Due:
    first_response: datetime
    resolution: datetime


def due(policy: Policy, priority: str, at: datetime) -> Due:
    """By when a ticket of `priority` that is opened at `at` must be answered and solved."""
    promise = policy.sla.priorities[Level(priority)]
    return Due(
        first_response=at + timedelta(minutes=promise.first_response_minutes),
        resolution=at + timedelta(minutes=promise.resolution_minutes),
    )


def next_due(ticket: Ticket) -> datetime:
    """The promise that is owed next: the first answer, then the solution."""
    return ticket.first_response_due if ticket.first_response_at is None else ticket.resolution_due


def breached(ticket: Ticket, now: datetime) -> list[str]:
    """The promises that were missed, or are overdue now."""
    settled = ticket.status in (Status.RESOLVED, Status.CLOSED)
    ends = {
        FIRST_RESPONSE: (ticket.first_response_due, ticket.first_response_at),
        RESOLUTION: (ticket.resolution_due, ticket.resolved_at if settled else None),
    }
    return [name for name, (promised, kept_at) in ends.items() if (kept_at or now) > promised]
