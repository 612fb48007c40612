"""Alerts over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts import lifecycle, views
from bot.alerts.models import Alert
from bot.alerts.schemas import AlertCardOut, AlertsOut, ConfirmIn, DismissIn, ListIn, PassOnIn, RaiseIn, TopicsOut
from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.policy.current import Rules

router = APIRouter(prefix="/alerts", tags=["alerts"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require(Role.SUPERVISOR, Role.QUALITY, Role.LEAD))]
Raiser = Annotated[Staff, Depends(require(Role.SUPERVISOR, Role.QUALITY, Role.LEAD, Role.AGENT))]
Anybody = Annotated[Staff, Depends(require())]
Supervisor = Annotated[Staff, Depends(require(Role.SUPERVISOR))]
AlertId = Annotated[str, Path(max_length=32, pattern="^[0-9a-z]+$")]
Json = dict[str, Any]
DECISION = calls.told(AlertCardOut, errors.NotFound, errors.Conflict, by="staff")


@router.get("", **calls.told(AlertsOut, by="staff", body=False))
def alerts(asked: Annotated[ListIn, Query()], _staff: Reader, db: Db) -> Json:
    """Alerts, the newest first, of every phase unless `phase` names some."""
    with db.snapshot() as session:
        return _page(session, asked)


@router.post("", **calls.told(AlertCardOut, errors.Conflict, by="staff", status=201))
def raise_by_hand(body: RaiseIn, staff: Raiser, db: Db, policy: Rules) -> Json:
    """Raise a warning by hand, with the conversations that show why."""
    with db.transaction() as session:
        raised = lifecycle.do_raise_by_hand(session, policy=policy, staff=staff, **body.model_dump())
        return views.card(session, raised)


@router.get("/topics", **calls.told(TopicsOut, by="staff", body=False))
def topics(_staff: Anybody, policy: Rules) -> Json:
    """The names of the topics in every reply language, as the policy has them."""
    return {"items": [{"key": key, "names": topic.name.model_dump()} for key, topic in policy.topics.topics.items()]}


@router.get("/{alert_id}", **calls.told(AlertCardOut, errors.NotFound, by="staff", body=False))
def alert(alert_id: AlertId, _staff: Reader, db: Db) -> Json:
    """The alert with the people it counts, what happened and the last decision."""
    with db.snapshot() as session:
        return views.card(session, lifecycle.access_alert(session, alert_id))


@router.post("/{alert_id}/confirm", **DECISION)
def confirm(alert_id: AlertId, body: ConfirmIn, staff: Supervisor, db: Db, policy: Rules) -> Json:
    """Declare the warning, at a level."""
    with db.transaction() as session:
        confirmed = lifecycle.do_confirm(
            session, policy=policy, alert_id=alert_id, staff=staff, level=body.level, note=body.note
        )
        return views.card(session, confirmed)


@router.post("/{alert_id}/dismiss", **DECISION)
def dismiss(alert_id: AlertId, body: DismissIn, staff: Supervisor, db: Db) -> Json:
    """Close the warning, saying why it is none."""
    with db.transaction() as session:
        dismissed = lifecycle.do_dismiss(session, alert_id=alert_id, staff=staff, **body.model_dump())
        return views.card(session, dismissed)


@router.post("/{alert_id}/pass-on", **DECISION)
def pass_on(alert_id: AlertId, body: PassOnIn, staff: Supervisor, db: Db, policy: Rules) -> Json:
    """Give the matter to a department with priority; nothing is declared."""
    with db.transaction() as session:
        passed = lifecycle.do_pass_on(session, policy=policy, alert_id=alert_id, staff=staff, **body.model_dump())
        return views.card(session, passed)


def _page(session: Session, asked: ListIn) -> Json:
    """Newest first; ids grow with time, so the last one is the cursor."""
    wanted = select(Alert)
    if asked.phases:
        wanted = wanted.where(Alert.phase.in_(asked.phases))
    if asked.cursor:
        wanted = wanted.where(Alert.id < asked.cursor)
    found = session.scalars(wanted.order_by(Alert.id.desc()).limit(asked.limit + 1)).all()
    page = found[: asked.limit]
    following = page[-1].id if len(found) > asked.limit else None
    return {"items": [views.as_wire(session, row) for row in page], "next": following}
