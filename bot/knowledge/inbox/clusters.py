"""Clusters as rows: found, held, joined, counted anew. Whatever changes one holds its kind's sorting first."""

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from bot.core import clock, errors, live
from bot.core.auth import Staff
from bot.core.tables import UtcDateTime, insert_if_absent, new_id
from bot.knowledge.inbox.models import Cluster, ClusterEvent, Kept, Kind, Placed, Sorting, State

WEEK = timedelta(days=7)
TAKEN_UP = timedelta(seconds=10)
"""After an answer was given, until everybody is answered with it."""
NAME_CHARACTERS = 200


@dataclass(frozen=True)
class Box:
    """One of the inbox's two parts: its kind, its rows, and the states that the same asked once more opens again."""

    kind: Kind
    rows: type[Kept]
    reopened: frozenset[State]


def do_hold(session: Session, box: Box) -> Sorting:
    """Keep everybody else from changing clusters of this kind until the commit."""
    held = select(Sorting).where(Sorting.kind == box.kind).with_for_update()
    held = held.execution_options(populate_existing=True)
    found = session.scalar(held)
    if found is None:
        insert_if_absent(session, Sorting, {"kind": box.kind, "stamp": 0, "digests": {}})
        found = session.scalars(held).one()
    return found


def access(session: Session, box: Box, cluster_id: str) -> Cluster:
    """The cluster, or the one that it went into. Raises NotFound."""
    found = session.get(Cluster, cluster_id)
    if found is not None and found.merged_into is not None:
        found = session.get(Cluster, found.merged_into)
    if found is None or found.kind != box.kind:
        raise errors.NotFound
    return found


def hold(session: Session, box: Box, cluster_id: str) -> Cluster:
    """`access`, for somebody who decides on it: from then on it goes into no other by itself."""
    do_hold(session, box)
    found = access(session, box, cluster_id)
    session.refresh(found)
    found.placed = Placed.HAND
    return found


def do_unplace(session: Session, box: Box, cluster: Cluster) -> None:
    """Where it lies is to be found anew; whoever remembers the centres has to read them again."""
    cluster.centre = None
    do_hold(session, box).stamp += 1


def do_decide(
    session: Session, cluster: Cluster, /, *, state: State, staff: Staff, reason: str | None = None, **detail: Any
) -> None:
    """Set the state, and write down who did."""
    cluster.state, cluster.reason, cluster.decided_at = state, reason, clock.now()
    do_record(session, cluster, state, staff=staff, **({"reason": reason} if reason else {}), **detail)


def do_record(session: Session, cluster: Cluster, event: str, /, *, staff: Staff | None = None, **detail: Any) -> None:
    """Append a step, and tell the pages that are open."""
    by = staff.id if staff else None
    session.add(ClusterEvent(cluster_id=cluster.id, event=event, detail=detail, staff_id=by, at=clock.now()))
    tell(session, cluster.kind)


def tell(session: Session, kind: str) -> None:
    """To the pages that are open: something is new here, after the commit."""
    live.tell(session, live.INBOX, {"type": "inbox", "kind": kind})


def opened(box: Box, *, language: str, name: str, placed: Placed = Placed.WORDS) -> Cluster:
    """A cluster without rows, not stored yet."""
    moment = clock.now()
    return Cluster(
        id=new_id(),
        kind=box.kind,
        language=language,
        name=named(name),
        placed=placed,
        state=State.OPEN,
        first_at=moment,
        last_at=moment,
    )


def do_come_again(session: Session, box: Box, cluster: Cluster, *, at: datetime) -> None:
    """The same was asked `at` that time: a cluster whose answer stood by then is open again."""
    if cluster.decided_at is not None and at > cluster.decided_at + TAKEN_UP:
        do_open_again(session, box, cluster)


def do_open_again(session: Session, box: Box, cluster: Cluster) -> None:
    """What was decided did not help. Does nothing to a state that holds however often the same is asked."""
    if cluster.state in box.reopened:
        cluster.state = State.OPEN
        do_record(session, cluster, "came_again")


def do_count(session: Session, box: Box, *found: Cluster) -> None:
    """Count people, messages, times and trend of these clusters from their rows, which must have been sent."""
    moment = clock.now()
    asked = {"ids": [cluster.id for cluster in found], "week": moment - WEEK, "fortnight": moment - 2 * WEEK}
    counted = {row.cluster_id: row for row in session.connection().execute(_counts(box.rows), asked)}
    for cluster in found:
        _set_counts(cluster, counted.get(cluster.id))


def _set_counts(cluster: Cluster, row: Any) -> None:
    if row is None:
        cluster.people = cluster.messages = cluster.last_7 = cluster.before_7 = cluster.rising = 0
        cluster.recount_at = None
        return
    cluster.people, cluster.messages = row.people, row.messages
    cluster.first_at, cluster.last_at = row.first_at, row.last_at
    cluster.last_7, cluster.before_7 = row.last_7, row.before_7
    cluster.rising = row.last_7 - row.before_7
    changes = [oldest + weeks * WEEK for oldest, weeks in ((row.oldest_7, 1), (row.oldest_14, 2)) if oldest is not None]
    cluster.recount_at = min(changes, default=None)


@functools.cache
def _counts(rows: type[Kept]) -> Executable:
    """Built once: putting it together takes longer than a small cluster takes to count."""
    week = rows.at > bindparam("week", type_=UtcDateTime())
    before = (rows.at > bindparam("fortnight", type_=UtcDateTime())) & ~week
    counts = select(
        rows.cluster_id,
        func.count(rows.customer_id.distinct()).label("people"),
        func.count().label("messages"),
        func.min(rows.at).label("first_at"),
        func.max(rows.at).label("last_at"),
        func.count(case((week, 1))).label("last_7"),
        func.count(case((before, 1))).label("before_7"),
        func.min(case((week, rows.at))).label("oldest_7"),
        func.min(case((before, rows.at))).label("oldest_14"),
    )
    return counts.where(rows.cluster_id.in_(bindparam("ids", expanding=True))).group_by(rows.cluster_id)


def do_move(session: Session, box: Box, *, to: Cluster, where: ColumnElement[bool]) -> None:
    """Let these rows belong to another cluster; neither is counted anew."""
    session.execute(update(box.rows).where(where).values(cluster_id=to.id).execution_options(synchronize_session=False))


def named(text: str) -> str:
    """A text as a cluster's name: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= NAME_CHARACTERS else f"{line[: NAME_CHARACTERS - 1]}…"
