"""The figures of `/metrics` that are read from the database when somebody asks, in a handful of small queries.

Each looks at unsettled rows alone, along an index: what a shop has settled in years costs nothing here.
"""

import math
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.alerts.models import OPEN, Alert
from bot.chat.models import Turn
from bot.core import clock, jobs, metrics
from bot.core.jobs import Job, JobState
from bot.desk.models import UNSETTLED, Ticket
from bot.dialogue import certainty
from bot.operations import heartbeat, work

UNSETTLED_JOBS = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)


def read(session: Session) -> None:
    """Set every gauge of the database."""
    moment = clock.now()
    metrics.OLDEST_TURN_SECONDS.set(certainty.oldest_wait(session))
    metrics.WAITING_TURNS.set(_count(session, Turn.state == "waiting"))
    metrics.STUCK_TURNS.set(work.STUCK.count(session))
    metrics.UNCOUNTED_MESSAGES.set(work.UNCOUNTED.count(session))
    metrics.OLDEST_JOB_SECONDS.set(jobs.oldest_due(session))
    metrics.TICKETS_LATE.set(_count(session, _is_late(moment)))
    waiting = select(Job.kind, Job.state, func.count()).where(Job.state.in_(UNSETTLED_JOBS))
    _fill(metrics.JOBS, [tuple(row) for row in session.execute(waiting.group_by(Job.kind, Job.state))])
    open_tickets = select(Ticket.status, func.count()).where(Ticket.status.in_(UNSETTLED)).group_by(Ticket.status)
    _fill(metrics.TICKETS, [*((name, 0) for name in UNSETTLED), *(tuple(row) for row in session.execute(open_tickets))])
    open_alerts = select(Alert.phase, func.count()).where(Alert.phase.in_(OPEN)).group_by(Alert.phase)
    _fill(metrics.ALERTS, [*((name, 0) for name in OPEN), *(tuple(row) for row in session.execute(open_alerts))])
    parts = [process.part for process in heartbeat.alive(session)]
    _fill(metrics.PROCESSES, [(part, parts.count(part)) for part in ("web", "worker")])


def forget() -> None:
    """The database does not answer: its figures are unknown, not as they were."""
    for gauge in metrics.COUNTED_BY_LABEL:
        gauge.clear()
    for gauge in metrics.COUNTED:
        gauge.set(math.nan)


def _count(session: Session, wanted: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(wanted)) or 0


def _is_late(moment: datetime) -> ColumnElement[bool]:
    unanswered = Ticket.first_response_at.is_(None) & (Ticket.first_response_due < moment)
    return Ticket.status.in_(UNSETTLED) & (unanswered | (Ticket.resolution_due < moment))


def _fill(gauge: Gauge, rows: list[tuple[object, ...]]) -> None:
    """Label values and, last, the count. What is not there any more is not shown any more."""
    gauge.clear()
    for *labels, count in rows:
        gauge.labels(*map(str, labels)).set(int(str(count)))
