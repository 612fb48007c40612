"""Which tickets a member of staff may see, and holding one for a change."""

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from bot.chat.models import Conversation
from bot.core import errors
from bot.core.auth import Role, Staff
from bot.desk.models import Ticket


def visible(staff: Staff) -> ColumnElement[bool]:
    """An agent of certain teams sees theirs and what they hold; everybody else at the desk sees all."""
    if _sees_all(staff):
        return true()
    return or_(Ticket.team.in_(staff.teams), Ticket.holder_id == staff.id)


def sees(staff: Staff, *, team: str, holder_id: str | None) -> bool:
    """What `visible` says, for a ticket at hand."""
    return _sees_all(staff) or team in staff.teams or holder_id == staff.id


def _sees_all(staff: Staff) -> bool:
    return staff.may(Role.LEAD, Role.SUPERVISOR) or not staff.teams


def access_ticket(session: Session, *, number: int, staff: Staff) -> Ticket:
    """The ticket, if `staff` may see it; else NotFound."""
    found = session.scalar(select(Ticket).where(Ticket.number == number, visible(staff)))
    if found is None:
        raise errors.NotFound("There is no such ticket here.")
    return found


def hold_ticket(session: Session, *, number: int, staff: Staff) -> tuple[Ticket, Conversation]:
    """The ticket and its conversation, as they are now and until the commit; else NotFound.

    The conversation's row is locked first, as bot turns and intake do, so that no two of them wait for each other.
    """
    ticket = access_ticket(session, number=number, staff=staff)
    conversation = session.scalars(
        select(Conversation)
        .where(Conversation.id == ticket.conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    session.refresh(ticket)
    return ticket, conversation
