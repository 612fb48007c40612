"""Knowledge on a ticket, over HTTP: procedures that are followed, and the draft that a solution becomes."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import LARGEST_INTEGER, Storable
from bot.desk import procedures, solutions
from bot.desk.access import access_ticket
from bot.desk.schemas import FollowIn, ProceduresOut, TickIn
from bot.knowledge import views
from bot.knowledge.schemas import ArticleOut
from bot.policy.current import Rules
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

router = APIRouter(prefix="/desk/tickets/{number}", tags=["desk"], route_class=calls.Call)
Agent = Annotated[Staff, Depends(require(Role.AGENT, Role.LEAD, Role.SUPERVISOR))]
Number = Annotated[int, Path(ge=1, le=LARGEST_INTEGER)]
ArticleId = Annotated[str, Path(min_length=1, max_length=120), Storable]
Step = Annotated[int, Path(ge=1, le=1_000)]
Json = dict[str, Any]
LOOKED_AT = 20
FOLLOWED = calls.told(ProceduresOut, errors.NotFound, errors.Conflict, by="staff")


@router.get("/procedures", **calls.told(ProceduresOut, errors.NotFound, by="staff", body=False))
async def procedures_of(request: Request, number: Number, staff: Agent, db: Db) -> Json:
    """What is followed on this ticket, and what fits it; nothing is suggested while the search is away."""
    text, language = await asyncio.to_thread(_about, db, number, staff)
    found = await _found(request.app.state.parts.knowledge, text, language)
    return await asyncio.to_thread(_shown, db, number, staff, found)


@router.post("/procedures", **FOLLOWED)
def follow(number: Number, body: FollowIn, staff: Agent, db: Db, policy: Rules) -> Json:
    """Take up a published procedure, as it stands now."""
    with db.transaction() as session:
        ticket = procedures.do_take_up(session, policy=policy, number=number, staff=staff, article_id=body.article_id)
        return {"items": procedures.on_ticket(session, ticket), "suggested": []}


@router.post("/procedures/{procedure_id}/steps/{step}", **FOLLOWED)
def tick(
    number: Number, procedure_id: ArticleId, step: Step, body: TickIn, staff: Agent, db: Db, policy: Rules
) -> Json:
    """Tick a step, counted from 1, or take the tick back."""
    with db.transaction() as session:
        ticket = procedures.do_tick(
            session, policy=policy, number=number, staff=staff, article_id=procedure_id, step=step, done=body.done
        )
        return {"items": procedures.on_ticket(session, ticket), "suggested": []}


@router.post("/article", **calls.told(ArticleOut, errors.NotFound, errors.Conflict, by="staff", status=201, body=False))
def draft_article(number: Number, staff: Agent, db: Db, policy: Rules) -> Json:
    """Write a draft article from a solved ticket, for an editor to look at; the one that was made already, if any."""
    with db.transaction() as session:
        article = solutions.do_draft_article(session, policy=policy, number=number, staff=staff)
        session.flush()
        return views.article(session, article)


def _about(db: Db, number: int, staff: Staff) -> tuple[str, str]:
    with db.snapshot() as session:
        ticket = access_ticket(session, number=number, staff=staff)
        return ticket.summary, ticket.language


async def _found(knowledge: KnowledgeClient, text: str, language: str) -> list[str]:
    try:
        found = await knowledge.search(text, language=language, audience="agents", k=LOOKED_AT)
    except (KnowledgeUnavailable, KnowledgeRefused):
        return []
    return [hit.article_id for hit in found.hits]


def _shown(db: Db, number: int, staff: Staff, found: list[str]) -> Json:
    with db.snapshot() as session:
        ticket = access_ticket(session, number=number, staff=staff)
        return {
            "items": procedures.on_ticket(session, ticket),
            "suggested": procedures.suggested(session, ticket, found),
        }
