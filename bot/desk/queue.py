"""The agents' list in working order: what must be done next stands first."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager

from bot.chat.models import Customer
from bot.core import clock, errors
from bot.core.auth import Staff
from bot.desk.access import visible
from bot.desk.models import FIRST_NUMBER, UNSETTLED, Status, Ticket
from bot.policy.shapes import Level

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """Without `status`, all that is unsettled. `text`: a ticket's number, or words of its summary or customer."""

    status: Sequence[Status] = UNSETTLED
    team: str | None = None
    mine: bool = False
    text: str | None = None


def tickets_in_order(
    session: Session, *, staff: Staff, filters: Filters, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[Ticket], str | None]:
    """One page, and the cursor of the next one, which keeps judging lateness by the first page's moment."""
    as_of, after = _decode(cursor) if cursor else (clock.now(), None)
    order = _order(as_of)
    wanted = select(Ticket, *order).join(Ticket.customer).options(contains_eager(Ticket.customer))
    wanted = wanted.where(visible(staff), *_conditions(filters, staff))
    if after is not None:
        wanted = wanted.where(tuple_(*order) > tuple_(*after))
    rows = session.execute(wanted.order_by(*order).limit(limit + 1)).all()
    page = [row[0] for row in rows[:limit]]
    return page, _encode(as_of, rows[limit - 1][1:]) if len(rows) > limit else None


def _order(now: datetime) -> tuple[Any, ...]:
    """Settled last, on hold before them; then late before in time, by priority, by due time, by number."""
    holding = and_(Ticket.status == Status.WAITING, or_(Ticket.waiting_until.is_(None), Ticket.waiting_until > now))
    place = case((Ticket.status.in_((Status.RESOLVED, Status.CLOSED)), 2), (holding, 1), else_=0)
    due = case((Ticket.first_response_at.is_(None), Ticket.first_response_due), else_=Ticket.resolution_due)
    rank = case({level.value: level.rank for level in Level}, value=Ticket.priority, else_=len(Level))
    return place, case((due <= now, 0), else_=1), rank, due, Ticket.number


def _conditions(filters: Filters, staff: Staff) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Ticket.status.in_(filters.status)]
    if filters.team:
        found.append(Ticket.team == filters.team)
    if filters.mine:
        found.append(Ticket.holder_id == staff.id)
    if filters.text and filters.text.strip():
        found.append(_matches(filters.text.strip()))
    return found


def _matches(text: str) -> ColumnElement[bool]:
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and FIRST_NUMBER <= int(number) < 2**31:
        return Ticket.number == int(number)
    words = text.lower()
    return or_(
        func.lower(Ticket.summary).contains(words, autoescape=True),
        func.lower(func.coalesce(Customer.name, "")).contains(words, autoescape=True),
    )


def _encode(as_of: datetime, place: Sequence[Any]) -> str:
    *ranks, due, number = place
    plain = json.dumps([as_of.isoformat(), *ranks, due.isoformat(), number])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, list[Any]]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        as_of, place, late, rank, due, number = json.loads(plain)
        moments = [datetime.fromisoformat(value) for value in (as_of, due)]
        return moments[0], [int(place), int(late), int(rank), moments[1], int(number)]
    except (ValueError, TypeError, binascii.Error) as error:
        raise errors.Invalid("This cursor is not one of ours.", fields={"cursor": "unknown"}) from error
