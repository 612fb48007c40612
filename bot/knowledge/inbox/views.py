"""The wire shapes of clusters: a page of the list, and the whole of one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session, joinedload

from bot.chat.models import Message
from bot.core import clock
from bot.core.tables import UtcDateTime
from bot.knowledge.inbox import cursor
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, ClusterEvent, Kept, State, Telling

SAMPLES = 3
EVENTS = 100
Wire = dict[str, Any]
RANK = (Cluster.people, Cluster.rising, Cluster.last_at, Cluster.id)


@dataclass(frozen=True)
class Filters:
    states: tuple[State, ...]
    language: str = ""
    assignee: str = ""
    department: str = ""


def page(session: Session, box: Box, *, filters: Filters, after: str, limit: int) -> Wire:
    """Clusters, most people first, of as many people those that rise; `next` where there are more."""
    wanted = select(Cluster).where(Cluster.kind == box.kind, Cluster.state.in_(filters.states), Cluster.messages > 0)
    for column in ("language", "department"):
        if value := getattr(filters, column):
            wanted = wanted.where(getattr(Cluster, column) == value)
    if filters.assignee:
        wanted = wanted.where(Cluster.assignee_id == filters.assignee)
    found = _ranked(session, wanted, after, limit + 1)
    shown: Wire = {"items": as_wire(session, box, found[:limit])}
    return (
        {**shown, "next": cursor.pack(*(getattr(found[limit - 1], column.key) for column in RANK))}
        if len(found) > limit
        else shown
    )


def as_wire(session: Session, box: Box, found: Sequence[Cluster]) -> list[Wire]:
    samples = _samples(session, box, found)
    return [_as_wire(cluster, samples[cluster.id]) for cluster in found]


def one(session: Session, cluster: Cluster, box: Box) -> Wire:
    """As the list shows it."""
    session.refresh(cluster, ["assignee"])
    return as_wire(session, box, [cluster])[0]


def whole(session: Session, cluster: Cluster, box: Box, *, after: str, limit: int) -> Wire:
    """With its questions, the newest first, the steps that were taken, and how many people were told."""
    rows = box.rows
    wanted = _with_seq(box).where(rows.cluster_id == cluster.id)
    if after:
        at, message_id = cursor.read(after, datetime, str)
        stood = tuple_(literal(at, UtcDateTime()), literal(message_id))
        wanted = wanted.where(tuple_(rows.at, rows.message_id) < stood)
    found = session.execute(wanted.order_by(rows.at.desc(), rows.message_id.desc()).limit(limit + 1)).all()
    steps = select(ClusterEvent).where(ClusterEvent.cluster_id == cluster.id).options(joinedload(ClusterEvent.staff))
    events = session.scalars(steps.order_by(ClusterEvent.id.desc()).limit(EVENTS)).all()
    told = select(Telling.customer_id).where(Telling.cluster_id == cluster.id).distinct()
    answer = {
        **one(session, cluster, box),
        "questions": [_said(row, seq) for row, seq in found[:limit]],
        "events": [_event(event) for event in reversed(events)],
        "told": len(session.scalars(told).all()),
    }
    last = found[limit - 1][0] if len(found) > limit else None
    return {**answer, "next": cursor.pack(last.at, last.message_id)} if last is not None else answer


def _ranked(session: Session, wanted: Select[Cluster], after: str, limit: int) -> Sequence[Cluster]:
    if after:
        people, rising, last_at, cluster_id = cursor.read(after, int, int, datetime, str)
        stood = tuple_(literal(people), literal(rising), literal(last_at, UtcDateTime()), literal(cluster_id))
        wanted = wanted.where(tuple_(*RANK) < stood)
    ordered = wanted.order_by(*(column.desc() for column in RANK)).limit(limit)
    return session.scalars(ordered.options(joinedload(Cluster.assignee))).all()


def _samples(session: Session, box: Box, found: Sequence[Cluster]) -> dict[str, list[Wire]]:
    """The newest messages of each, by as many look-ups in the index as there are samples."""
    rows, samples = box.rows, defaultdict[str, list[Wire]](list)
    newest = (
        select(rows.message_id).where(rows.cluster_id == Cluster.id).order_by(rows.at.desc(), rows.message_id.desc())
    )
    nth = [newest.limit(1).offset(place).correlate(Cluster).scalar_subquery() for place in range(SAMPLES)]
    ids = session.execute(select(*nth).where(Cluster.id.in_([cluster.id for cluster in found]))).all()
    wanted = _with_seq(box).where(rows.message_id.in_([one for row in ids for one in row if one is not None]))
    for row, seq in session.execute(wanted.order_by(rows.at.desc(), rows.message_id.desc())):
        samples[str(row.cluster_id)].append(_said(row, seq))
    return samples


def _with_seq(box: Box) -> Select[Kept, int]:
    return select(box.rows, Message.seq).join(Message, Message.id == box.rows.message_id)


def _as_wire(cluster: Cluster, samples: list[Wire]) -> Wire:
    wire: Wire = {
        "id": cluster.id,
        "name": cluster.name,
        "text": cluster.name,
        "language": cluster.language,
        "state": cluster.state,
        "people": cluster.people,
        "messages": cluster.messages,
        "trend": {"last_7": cluster.last_7, "before_7": cluster.before_7},
        "samples": samples,
        "first_at": clock.iso(cluster.first_at),
        "last_at": clock.iso(cluster.last_at),
        "conversation_id": samples[0]["conversation_id"] if samples else None,
    }
    more = {
        "assignee": {"id": cluster.assignee.id, "name": cluster.assignee.name} if cluster.assignee else None,
        "article_id": cluster.article_id,
        "department": cluster.department,
        "reason": cluster.reason,
        "decided_at": clock.iso(cluster.decided_at) if cluster.decided_at else None,
    }
    return {**wire, **{name: value for name, value in more.items() if value is not None}}


def _said(row: Any, seq: int) -> Wire:
    return {
        "message_id": row.message_id,
        "conversation_id": row.conversation_id,
        "seq": seq,
        "text": row.text,
        "at": clock.iso(row.at),
        "reason": getattr(row, "reason", None) or row.source,
    }


def _event(event: ClusterEvent) -> Wire:
    wire = {"at": clock.iso(event.at), "event": event.event, "detail": event.detail}
    return {**wire, "by": {"id": event.staff.id, "name": event.staff.name}} if event.staff else wire
