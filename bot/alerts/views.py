"""The wire shapes of an alert: the list's, and the whole one with everybody whom it counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.alerts.models import Alert, AlertDepartment, AlertEvent, AlertMention, Mention
from bot.chat.models import Customer
from bot.core import clock, live
from bot.desk.models import Ticket
from bot.desk.views import label


def as_wire(session: Session, alert: Alert) -> dict[str, Any]:
    """The wire's `Alert`."""
    return {
        "id": alert.id,
        "topic": alert.topic,
        "phase": alert.phase,
        "level": alert.level,
        "opened_at": clock.iso(alert.opened_at),
        "closed_at": clock.iso(alert.closed_at) if alert.closed_at else None,
        "last_mention_at": clock.iso(alert.last_mention_at) if alert.last_mention_at else None,
        "trigger": alert.trigger,
        "window": alert.window_minutes,
        "rule": alert.rule,
        "people": alert.people,
        "channels": alert.channels,
        "families": alert.families,
        "messages": alert.messages,
        "baseline": alert.baseline,
        "departments": [_department(row) for row in _departments(session, alert)],
        "tickets": _tickets(session, alert),
        "version": alert.version,
    }


def card(session: Session, alert: Alert) -> dict[str, Any]:
    """The wire's `Alert` with `mentions`, one entry each, `events`, the steps so far, and the last `decision`."""
    counted = session.scalars(
        select(Mention)
        .join(AlertMention, AlertMention.mention_id == Mention.id)
        .where(AlertMention.alert_id == alert.id)
        .options(joinedload(Mention.customer))
        .order_by(Mention.at, Mention.id)
    ).all()
    events = session.scalars(select(AlertEvent).where(AlertEvent.alert_id == alert.id).order_by(AlertEvent.id)).all()
    names = _names([mention.customer for mention in counted])
    return {
        **as_wire(session, alert),
        "mentions": [_mention(mention, names[mention.customer_id]) for mention in counted],
        "events": [_event(event) for event in events],
        "decision": _decision([event for event in events if event.staff]),
    }


def tell_alert(session: Session, alert: Alert) -> None:
    """Show the alert as it stands now to every open page, after the commit."""
    live.tell(session, live.DESK, {"type": "alert", "alert": as_wire(session, alert)})


def _names(customers: Iterable[Customer]) -> dict[str, str]:
    """A label for each person; namesakes are told apart."""
    labels = {customer.id: label(customer) for customer in customers}
    shared = Counter(labels.values())
    return {key: name if shared[name] == 1 else f"{name} ({key[-4:]})" for key, name in labels.items()}


def _mention(mention: Mention, person: str) -> dict[str, Any]:
    return {
        "person": person,
        "person_id": mention.customer_id,
        "channel": mention.channel,
        "family": mention.family,
        "conversation_id": mention.conversation_id,
        "at": clock.iso(mention.at),
        "text": mention.text,
    }


def _decision(events: Sequence[AlertEvent]) -> dict[str, Any] | None:
    """The last step that a person took."""
    if not events:
        return None
    last = events[-1]
    return {
        "step": last.event,
        "note": last.note,
        "by": last.staff.name if last.staff else "",
        "at": clock.iso(last.at),
    }


def _event(event: AlertEvent) -> dict[str, Any]:
    wire = {"at": clock.iso(event.at), "event": event.event, "text": event.note, "detail": event.detail}
    return {**wire, "author": event.staff.name} if event.staff else wire


def _departments(session: Session, alert: Alert) -> list[AlertDepartment]:
    wanted = select(AlertDepartment).where(AlertDepartment.alert_id == alert.id)
    return list(session.scalars(wanted.order_by(AlertDepartment.due_at, AlertDepartment.department)))


def _department(row: AlertDepartment) -> dict[str, Any]:
    wire: dict[str, Any] = {"department": row.department, "due_at": clock.iso(row.due_at)}
    return {**wire, "acknowledged_at": clock.iso(row.acknowledged_at)} if row.acknowledged_at else wire


def _tickets(session: Session, alert: Alert) -> list[int]:
    """The tickets of the counted conversations on this topic."""
    conversations = (
        select(Mention.conversation_id)
        .join(AlertMention, AlertMention.mention_id == Mention.id)
        .where(AlertMention.alert_id == alert.id)
    )
    wanted = select(Ticket.number).where(Ticket.conversation_id.in_(conversations), Ticket.topic == alert.topic)
    return list(session.scalars(wanted.order_by(Ticket.number)))
