"""Correcting a ticket, which agents do, and the designer's list, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import LARGEST_INTEGER, Storable
from bot.desk import views
from bot.desk.models import Ticket
from bot.desk.schemas import TicketOut
from bot.learning import corrections, intents, service
from bot.learning.models import Correction, State
from bot.learning.schemas import (
    AcceptIn,
    CorrectIn,
    CorrectionOut,
    CorrectionsOut,
    DecisionIn,
    IntentsOut,
    LastTrainingOut,
    correction_out,
    training_out,
)
from bot.policy.current import Rules

router = APIRouter(route_class=calls.Call)
Agent = Annotated[Staff, Depends(require(Role.AGENT, Role.LEAD, Role.SUPERVISOR))]
Designer = Annotated[Staff, Depends(require(Role.EDITOR))]
Anybody = Annotated[Staff, Depends(require())]
Number = Annotated[int, Path(ge=1, le=LARGEST_INTEGER)]
CorrectionId = Annotated[str, Path(min_length=1, max_length=32), Storable]
Json = dict[str, Any]
DECISION = calls.told(CorrectionOut, errors.NotFound, errors.Conflict, by="staff")


@router.post("/desk/tickets/{number}/correct", tags=["desk"], **calls.told(TicketOut, errors.NotFound, by="staff"))
def correct(number: Number, body: CorrectIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Say what was misunderstood: the ticket is put right, and its message goes to the conversation designer."""
    with db.transaction() as session:
        ticket = corrections.do_correct(session, policy=policy, number=number, staff=staff, given=body)
        return views.as_wire(ticket)


@router.get("/learning/intents", tags=["learning"], **calls.told(IntentsOut, by="staff", body=False))
def named_intents(_staff: Anybody) -> Json:
    """The intents that the bot is trained on."""
    return {"items": [*intents.known()]}


@router.get("/learning/corrections", tags=["learning"], **calls.told(CorrectionsOut, by="staff", body=False))
def listed(
    _designer: Designer,
    db: Db,
    state: State = State.OPEN,
    cursor: Annotated[str, Query(max_length=32), Storable] = "",
) -> Json:
    """What agents corrected, the oldest open one first, of the decided the newest; with how many there are of each."""
    with db.snapshot() as session:
        rows = service.listed(session, state=state, after=cursor)
        page: Json = {
            "items": [correction_out(row, number) for row, number in rows],
            "counts": service.counts(session),
        }
    return {**page, "next": rows[-1][0].id} if len(rows) == service.PAGE else page


@router.post("/learning/corrections/{correction_id}/accept", tags=["learning"], **DECISION)
def accept(correction_id: CorrectionId, body: AcceptIn, designer: Designer, db: Db) -> Json:
    """Make it an example of an intent, in the designer's words; `409` on an old `version`."""
    with db.transaction() as session:
        given = body.model_dump()
        return _out(session, service.do_accept(session, correction_id=correction_id, by=designer, **given))


@router.post("/learning/corrections/{correction_id}/reject", tags=["learning"], **DECISION)
def reject(correction_id: CorrectionId, body: DecisionIn, designer: Designer, db: Db) -> Json:
    """It teaches nothing; `409` on an old `version`."""
    with db.transaction() as session:
        return _out(session, service.do_reject(session, correction_id=correction_id, version=body.version, by=designer))


@router.get("/learning/training", tags=["learning"], **calls.told(LastTrainingOut, by="staff", body=False))
def last_training(_designer: Designer, db: Db) -> Json:
    """What the last compared training changed, on sentences that no model has learnt from."""
    with db.snapshot() as session:
        row = service.last_training(session)
        return {"training": training_out(row) if row else None}


def _out(session: Any, row: Correction) -> Json:
    return correction_out(row, session.get_one(Ticket, row.ticket_id).number)
