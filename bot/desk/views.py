"""What others see of a ticket: the desk's wire shape, the customer's view, the brief that travels with a state."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat import delivery
from bot.chat.models import Conversation, Customer
from bot.core import clock, live
from bot.desk import sla, words
from bot.desk.models import Status, Ticket, TicketEvent
from bot.policy.shapes import Policy


def brief(ticket: Ticket) -> dict[str, Any]:
    """`{number, status, due_at}`; nothing is due once it is solved."""
    return {"number": ticket.number, "status": ticket.status, "due_at": _due_at(ticket)}


def as_wire(ticket: Ticket) -> dict[str, Any]:
    """The wire's `Ticket`."""
    times = {
        name: clock.iso(value) if (value := getattr(ticket, name)) else None
        for name in ("created_at", "first_response_due", "resolution_due", "first_response_at", "resolved_at")
    }
    return {
        "number": ticket.number,
        "request_type": ticket.request_type,
        "status": ticket.status,
        "priority": ticket.priority,
        "priority_reasons": ticket.priority_reasons,
        "reason": ticket.reason,
        "team": ticket.team,
        "holder": {"id": ticket.holder.id, "name": ticket.holder.name} if ticket.holder else None,
        "customer": {
            "id": ticket.customer_id,
            "name": label(ticket.customer),
            "email": ticket.customer.email,
            "phone": ticket.customer.phone,
            "tier": ticket.customer.tier,
        },
        "conversation_id": ticket.conversation_id,
        "channel": ticket.channel,
        "language": ticket.language,
        "summary": ticket.summary,
        "topic": ticket.topic,
        "signals": ticket.signals,
        **times,
        "waiting_until": clock.iso(ticket.waiting_until) if ticket.waiting_until else None,
        "breached": sla.breached(ticket, clock.now()),
        "solution": ticket.solution,
        "cause": ticket.cause,
        "version": ticket.version,
    }


def card(session: Session, ticket: Ticket) -> dict[str, Any]:
    """The whole story: the ticket, the conversation, and everything that happened."""
    conversation = session.get_one(Conversation, ticket.conversation_id)
    events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
    return {
        **as_wire(ticket),
        "messages": delivery.messages_after(session, conversation.id, max(0, conversation.last_seq - 500)),
        "events": [_event(event) for event in events],
        "conversation_state": conversation.state,
        "last_customer_seq": conversation.last_customer_seq,
    }


def customer_view(session: Session, *, policy: Policy, conversation: Conversation) -> dict[str, Any] | None:
    """What a customer sees of the newest ticket of a conversation, in the conversation's language."""
    ticket = newest(session, conversation.id)
    if ticket is None:
        return None
    shown = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.visible_to_customer)
        .order_by(TicketEvent.id)
    )
    language, moment = conversation.language, clock.now()
    return {
        **brief(ticket),
        "team": policy.team_name(ticket.team, language),
        "next_step": words.next_step(policy, ticket, language=language, now=moment),
        "timeline": [{"at": clock.iso(row.at), "event": row.event, "text": row.text} for row in shown],
    }


def newest(session: Session, conversation_id: str) -> Ticket | None:
    """The ticket that "my request" means: the last one of the conversation, solved or not."""
    return session.scalar(
        select(Ticket).where(Ticket.conversation_id == conversation_id).order_by(Ticket.id.desc()).limit(1)
    )


def tell_ticket(session: Session, ticket: Ticket) -> None:
    """Show the ticket as it stands now to every open desk, after the commit."""
    live.tell(session, live.DESK, {"type": "ticket", "ticket": as_wire(ticket)})


def label(customer: Customer) -> str:
    """How staff see a person: the name, else which visitor."""
    return customer.name or f"visitor {customer.id[-4:]}"


def _due_at(ticket: Ticket) -> str | None:
    return None if ticket.status in (Status.RESOLVED, Status.CLOSED) else clock.iso(sla.next_due(ticket))


def _event(row: TicketEvent) -> dict[str, Any]:
    wire = {"at": clock.iso(row.at), "event": row.event, "text": row.text, "detail": row.detail}
    extras = {"seq": row.seq, "author": row.staff.name if row.staff else None}
    return wire | {name: value for name, value in extras.items() if value is not None}
