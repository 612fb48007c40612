"""The desk over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from bot.chat import delivery
from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import LARGEST_INTEGER
from bot.desk import service, views
from bot.desk.access import access_ticket
from bot.desk.models import UNSETTLED
from bot.desk.queue import Filters, tickets_in_order
from bot.desk.schemas import (
    CardOut,
    DoubtsOut,
    DraftIn,
    ListIn,
    NoteIn,
    ReopenIn,
    ReplyIn,
    ResolveIn,
    SaidOut,
    SeenIn,
    TeamsOut,
    TicketOut,
    TicketsOut,
    TransferIn,
    WaitIn,
)
from bot.policy.current import Rules
from bot.understanding.wording import doubts

router = APIRouter(prefix="/desk", tags=["desk"], route_class=calls.Call)
Agent = Annotated[Staff, Depends(require(Role.AGENT, Role.LEAD, Role.SUPERVISOR))]
Anybody = Annotated[Staff, Depends(require())]
Number = Annotated[int, Path(ge=1, le=LARGEST_INTEGER)]
Json = dict[str, Any]
STEP = calls.told(TicketOut, errors.NotFound, errors.Conflict, by="staff")
CHECKED_STEP = calls.told(TicketOut, errors.NotFound, errors.Conflict, errors.Stale, by="staff")


@router.get("/tickets", **calls.told(TicketsOut, by="staff", body=False))
def tickets(asked: Annotated[ListIn, Query()], staff: Agent, db: Db) -> Json:
    """Tickets in working order, those that are not settled unless `status` names others."""
    filters = Filters(status=asked.statuses or UNSETTLED, team=asked.team, mine=asked.mine, text=asked.q)
    with db.snapshot() as session:
        page, following = tickets_in_order(
            session, staff=staff, filters=filters, cursor=asked.cursor, limit=asked.limit
        )
        return {"items": [views.as_wire(ticket) for ticket in page], "next": following}


@router.get("/teams", **calls.told(TeamsOut, by="staff", body=False))
def teams(_staff: Anybody, policy: Rules) -> Json:
    """The names of teams and departments in every reply language, as the policy has them."""
    named = [{"key": key, "names": team.name.model_dump()} for key, team in policy.teams.teams.items()]
    departments = [{"key": key, "names": name.model_dump()} for key, name in policy.teams.departments.items()]
    return {"items": named, "departments": departments}


@router.post("/wording", **calls.told(DoubtsOut, by="staff"))
def wording(body: DraftIn, _staff: Agent) -> Json:
    """What is doubtful in a draft before it is sent: words that hurt, promises that nobody can keep. Only a hint."""
    return {"items": [asdict(doubt) for doubt in doubts(body.text)]}


@router.get("/tickets/{number}", **calls.told(CardOut, errors.NotFound, by="staff", body=False))
def ticket(number: Number, staff: Agent, db: Db) -> Json:
    """The ticket with its whole story: messages, notes and what happened."""
    with db.snapshot() as session:
        return views.card(session, access_ticket(session, number=number, staff=staff))


@router.post("/tickets/{number}/claim", **STEP)
def claim(number: Number, staff: Agent, db: Db, policy: Rules) -> Json:
    """Hold the ticket and speak to the customer; `409` when somebody else holds it."""
    with db.transaction() as session:
        return views.as_wire(service.do_claim(session, policy=policy, number=number, staff=staff))


@router.post(
    "/tickets/{number}/reply",
    **calls.told(SaidOut, errors.NotFound, errors.Conflict, errors.Stale, by="staff"),
)
def reply(number: Number, body: ReplyIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Answer the customer; `409 stale` when they wrote after `based_on_seq`."""
    with db.transaction() as session:
        said = service.do_reply(session, policy=policy, number=number, staff=staff, **body.model_dump())
        current = access_ticket(session, number=number, staff=staff)
        return {"message": delivery.as_wire(said, author_name=staff.name), "ticket": views.as_wire(current)}


@router.post("/tickets/{number}/note", **STEP)
def note(number: Number, body: NoteIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Leave a word for colleagues that the customer never sees."""
    with db.transaction() as session:
        return views.as_wire(service.do_note(session, policy=policy, number=number, staff=staff, text=body.text))


@router.post("/tickets/{number}/wait", **STEP)
def wait(number: Number, body: WaitIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Put one's ticket on hold, for the customer's answer or until a time."""
    with db.transaction() as session:
        return views.as_wire(service.do_wait(session, policy=policy, number=number, staff=staff, **body.model_dump()))


@router.post("/tickets/{number}/transfer", **STEP)
def transfer(number: Number, body: TransferIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Give the ticket to the queue of another team."""
    with db.transaction() as session:
        moved = service.do_transfer(session, policy=policy, number=number, staff=staff, **body.model_dump())
        return views.as_wire(moved)


@router.post("/tickets/{number}/resolve", **CHECKED_STEP)
def resolve(number: Number, body: ResolveIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Settle the ticket and close the conversation; `409 stale` when the customer wrote after `based_on_seq`."""
    with db.transaction() as session:
        solved = service.do_resolve(session, policy=policy, number=number, staff=staff, **body.model_dump())
        return views.as_wire(solved)


@router.post("/tickets/{number}/reopen", **STEP)
def reopen(number: Number, body: ReopenIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Take a settled ticket up again as one's own."""
    with db.transaction() as session:
        taken_up = service.do_reopen(session, policy=policy, number=number, staff=staff, reason=body.reason)
        return views.as_wire(taken_up)


@router.post("/tickets/{number}/return-to-bot", **CHECKED_STEP)
def return_to_bot(number: Number, staff: Agent, db: Db, policy: Rules, body: SeenIn | None = None) -> Json:
    """Let the bot speak again and keep the ticket; `409 stale` when the customer wrote after `based_on_seq`."""
    seen = body.based_on_seq if body else None
    with db.transaction() as session:
        returned = service.do_return_to_bot(session, policy=policy, number=number, staff=staff, based_on_seq=seen)
        return views.as_wire(returned)
