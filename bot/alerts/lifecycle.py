"""What a supervisor decides on an alert. Each step is legal from its phase alone, and is written down."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts import counter, records, views
from bot.alerts.models import Alert, AlertDepartment, Mention, Phase, Trigger
from bot.core import clock, errors
from bot.core.auth import Role, Staff
from bot.policy.shapes import Policy, Severity

STEPS = {
    "confirm": ({Phase.WARNING}, Phase.RELEASED),
    "dismiss": ({Phase.WARNING}, Phase.DISMISSED),
    "pass_on": ({Phase.WARNING, Phase.RELEASED}, Phase.PASSED_ON),
}
"""Each step: the phases that it may be taken from, and the phase that it leads to."""
CLOSED = frozenset({Phase.DISMISSED, Phase.PASSED_ON, Phase.LIFTED})


def do_confirm(session: Session, *, policy: Policy, alert_id: str, staff: Staff, level: Severity, note: str) -> Alert:
    """Declare a warning: the topic's departments must answer in the time that the level leaves."""
    alert = _step(session, alert_id, "confirm")
    alert.level = level
    minutes = getattr(policy.crisis.departments, level)
    for department in policy.topics.topics[alert.topic].departments:
        _call(session, alert, department, minutes)
    return _finish(session, alert, "confirmed", staff, note, detail={"level": level})


def do_dismiss(session: Session, *, alert_id: str, staff: Staff, reason: str, kind: str) -> Alert:
    """Find that it is none. What it counted raises nothing again, nor do its people for the policy's quiet time."""
    alert = _step(session, alert_id, "dismiss")
    return _finish(session, alert, "dismissed", staff, reason, detail={"kind": kind})


def do_pass_on(session: Session, *, policy: Policy, alert_id: str, staff: Staff, department: str, note: str) -> Alert:
    """Give it to one department with priority; the desk has nothing more to do with it."""
    if department not in policy.teams.departments:
        known = ", ".join(policy.teams.departments)
        raise errors.Invalid("Departments are: {known}.", words={"known": known}, fields={"department": "unknown"})
    alert = _step(session, alert_id, "pass_on")
    _call(session, alert, department, policy.crisis.departments.passed_on)
    return _finish(session, alert, "passed_on", staff, note, detail={"department": department})


def do_raise_by_hand(
    session: Session, *, policy: Policy, topic: str, staff: Staff, note: str, conversation_ids: list[str]
) -> Alert:
    """A warning on somebody's word, with the topic's mentions in these conversations as its evidence."""
    counter.check_topic(policy, topic)
    counter.hold_topic(session, topic)
    if counter.open_alert(session, topic) is not None:
        raise errors.Conflict("This topic has an open alert already.")
    trigger = Trigger.QUALITY if Role.QUALITY in staff.roles else Trigger.AGENT
    said = select(Mention.id).where(Mention.topic == topic, Mention.conversation_id.in_(conversation_ids))
    mention_ids = list(session.scalars(said.order_by(Mention.at)))
    alert = counter.do_open(session, policy=policy, topic=topic, trigger=trigger, mention_ids=mention_ids)
    detail = {"conversation_ids": conversation_ids} if conversation_ids else {}
    return _finish(session, alert, "raised", staff, note, detail=detail)


def access_alert(session: Session, alert_id: str) -> Alert:
    found = session.get(Alert, alert_id)
    if found is None:
        raise errors.NotFound("There is no such alert here.")
    return found


def _step(session: Session, alert_id: str, step: str) -> Alert:
    """Hold the alert's topic, and take the step. Raises Conflict when the alert's phase does not allow it."""
    alert = access_alert(session, alert_id)
    watch = counter.hold_topic(session, alert.topic)
    session.refresh(alert)
    allowed, target = STEPS[step]
    if alert.phase not in allowed:
        raise errors.Conflict(
            "This alert is {phase}; that step is not open any more.",
            words={"phase": alert.phase},
            fields={"phase": alert.phase},
        )
    alert.phase = target
    alert.version += 1
    if target in CLOSED:
        alert.closed_at = watch.counted_from = clock.now()
    return alert


def _call(session: Session, alert: Alert, department: str, minutes: int) -> None:
    """Ask a department to answer; one that was asked before keeps the earlier time."""
    due = clock.now() + timedelta(minutes=minutes)
    asked = session.get(AlertDepartment, (alert.id, department))
    if asked is None:
        session.add(AlertDepartment(alert_id=alert.id, department=department, due_at=due))
    else:
        asked.due_at = min(asked.due_at, due)


def _finish(session: Session, alert: Alert, event: str, staff: Staff, note: str, *, detail: dict[str, Any]) -> Alert:
    records.do_record(session, alert, event, staff=staff, note=note, detail=detail)
    views.tell_alert(session, alert)
    return alert
