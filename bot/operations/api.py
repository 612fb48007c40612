"""What operators read and do over HTTP. Admins do; supervisors read."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from bot import VERSION
from bot.core import calls, clock, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.operations import heartbeat, loudness, parts, work
from bot.operations.models import OperatorEvent, Process
from bot.operations.schemas import (
    EventsOut,
    GivenUpOut,
    GiveUp,
    JobsOut,
    LevelsOut,
    Loudness,
    OverviewOut,
    Replay,
    ReplayedOut,
    State,
    WorkId,
)

Reader = Annotated[Staff, Depends(require(Role.SUPERVISOR, Role.ADMIN))]
Operator = Annotated[Staff, Depends(require(Role.ADMIN))]
router = APIRouter(prefix="/operations", tags=["operators"], route_class=calls.Call)


@router.get("", **calls.told(OverviewOut, by="staff", body=False))
async def overview(request: Request, _staff: Reader) -> dict[str, Any]:
    """What `/readyz` says, the processes that run, the queue, and the levels that were set."""
    watch = request.app.state.watch
    standings = await watch.look()
    pulse = watch.pulse
    return {
        **parts.as_wire(standings),
        "addresses": watch.addresses,
        "version": VERSION,
        "at": clock.iso(clock.now()),
        "oldest_turn_seconds": round(pulse.oldest_turn_seconds, 1) if pulse else None,
        "failed": pulse.failed if pulse else None,
        "log_levels": pulse.levels if pulse else {},
        "processes": [_process(process) for process in pulse.processes] if pulse else [],
    }


@router.get("/jobs", **calls.told(JobsOut, by="staff", body=False))
def jobs(
    _staff: Reader,
    db: Db,
    state: State = "failed",
    kind: Annotated[WorkId | None, Query()] = None,
) -> dict[str, Any]:
    """Work in a state, at most 100 pieces: first what somebody waits for. Nothing in it is a customer's words."""
    with db.snapshot() as session:
        return {"items": [piece.as_wire() for piece in work.listed(session, state=state, kind=kind)]}


@router.post("/jobs/replay", **calls.told(ReplayedOut, by="staff"))
def replay(given: Replay, staff: Operator, db: Db) -> dict[str, list[str]]:
    """Try again what failed. What was mended or replayed meanwhile is left alone; the ids of what is tried."""
    with db.transaction() as session:
        return {"replayed": work.do_replay(session, by=staff, ids=given.ids, kind=given.kind)}


@router.post("/jobs/{id}/replay", **calls.told(ReplayedOut, errors.NotFound, by="staff", body=False))
def replay_one(id: WorkId, staff: Operator, db: Db) -> dict[str, list[str]]:
    """Try one again. Repeating this does nothing more."""
    with db.transaction() as session:
        return {"replayed": work.do_replay(session, by=staff, ids=[id])}


@router.post("/jobs/{id}/give-up", **calls.told(GivenUpOut, errors.NotFound, errors.Conflict, by="staff"))
def give_up(id: WorkId, given: GiveUp, staff: Operator, db: Db) -> dict[str, str]:
    """Put one aside for good. A message that a customer waits for cannot be given up."""
    with db.transaction() as session:
        work.do_give_up(session, id=id, reason=given.reason, by=staff)
    return {"given_up": id}


@router.get("/events", **calls.told(EventsOut, by="staff", body=False))
def events(_staff: Reader, db: Db) -> dict[str, Any]:
    """Who did what, newest first, at most 100."""
    with db.snapshot() as session:
        return {"items": [_event(event) for event in work.history(session)]}


@router.get("/log-level", **calls.told(LevelsOut, by="staff", body=False))
def log_levels(_staff: Reader, db: Db) -> dict[str, dict[str, str]]:
    """The levels that operators set, by part; where none was set the part's own setting holds."""
    with db.snapshot() as session:
        return {"levels": heartbeat.levels(session)}


@router.put("/log-level", **calls.told(LevelsOut, by="staff"))
def set_log_level(given: Loudness, staff: Operator, db: Db) -> dict[str, dict[str, str]]:
    """Log from this level on, in every process of the part, within seconds and also after a restart."""
    with db.transaction() as session:
        loudness.do_set(session, level=given.level, part=given.part, by=staff)
        return {"levels": heartbeat.levels(session)}


def _process(process: Process) -> dict[str, Any]:
    return {
        "name": process.name,
        "part": process.part,
        "version": process.version,
        "log_level": process.log_level,
        "started_at": clock.iso(process.started_at),
        "seen_at": clock.iso(process.seen_at),
    }


def _event(event: OperatorEvent) -> dict[str, Any]:
    return {
        "at": clock.iso(event.at),
        "event": event.event,
        "target": event.target,
        "detail": event.detail,
        "reason": event.reason,
        "by": event.staff.name if event.staff else None,
    }
