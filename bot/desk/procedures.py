"""Procedures that agents follow on a ticket: taken up as they stand, ticked step by step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import clock, errors
from bot.core.auth import Staff
from bot.desk import records, views
from bot.desk.access import hold_ticket
from bot.desk.models import Ticket, TicketProcedure
from bot.knowledge import service
from bot.knowledge.models import Article, Status
from bot.policy.shapes import Policy

PROCEDURE = "procedure"
MOST_A_TICKET = 10
SUGGESTED = 3


def do_take_up(session: Session, *, policy: Policy, number: int, staff: Staff, article_id: str) -> Ticket:
    """Follow a published procedure on the ticket, as it stands now. Taking it up again changes nothing."""
    ticket, _ = hold_ticket(session, number=number, staff=staff)
    article = service.access_article(session, article_id)
    if article.kind != PROCEDURE or article.status != Status.PUBLISHED:
        raise errors.Invalid("Only a published procedure can be followed.", fields={"article_id": "not a procedure"})
    if session.get(TicketProcedure, (ticket.id, article.id)) is not None:
        return ticket
    if len(_on(session, ticket)) >= MOST_A_TICKET:
        raise errors.Conflict("This ticket follows {most} procedures already.", words={"most": MOST_A_TICKET})
    taken = TicketProcedure(
        ticket_id=ticket.id,
        article_id=article.id,
        article_version=article.version,
        question=article.question,
        steps=[dict(step) for step in article.steps],
        at=clock.now(),
        by=staff.id,
    )
    session.add(taken)
    detail = {"article_id": article.id, "version": article.version}
    records.do_record(session, policy, ticket, "procedure", staff=staff, text=article.question, detail=detail)
    _tell(session, ticket)
    return ticket


def do_tick(
    session: Session, *, policy: Policy, number: int, staff: Staff, article_id: str, step: int, done: bool
) -> Ticket:
    """Tick a step, or take the tick back; `step` counts from 1. Ticking twice keeps the first tick. Raises NotFound."""
    ticket, _ = hold_ticket(session, number=number, staff=staff)
    taken = session.get(TicketProcedure, (ticket.id, article_id))
    if taken is None or not 1 <= step <= len(taken.steps):
        raise errors.NotFound("This ticket has no such step.")
    now = taken.steps[step - 1]
    if bool(now.get("done_at")) == done:
        return ticket
    ticked = {"done_at": clock.iso(clock.now()), "done_by": {"id": staff.id, "name": staff.name}} if done else {}
    bare = {name: value for name, value in now.items() if name not in ("done_at", "done_by")}
    taken.steps = [*taken.steps[: step - 1], {**bare, **ticked}, *taken.steps[step:]]
    event = "step" if done else "step_undone"
    detail = {"article_id": article_id, "step": step}
    records.do_record(session, policy, ticket, event, staff=staff, text=bare["text"], detail=detail)
    _tell(session, ticket)
    return ticket


def on_ticket(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """The ticket's procedures, the first taken up first; the step that comes next has the time it is due."""
    return [
        {
            "article_id": one.article_id,
            "question": one.question,
            "at": clock.iso(one.at),
            "steps": _with_due(one),
        }
        for one in _on(session, ticket)
    ]


def suggested(session: Session, ticket: Ticket, article_ids: Sequence[str]) -> list[dict[str, str]]:
    """Of what a search found, the published procedures that the ticket does not follow yet, in that order."""
    wanted = select(Article).where(
        Article.id.in_(article_ids), Article.kind == PROCEDURE, Article.status == Status.PUBLISHED
    )
    held = {article.id: article for article in session.scalars(wanted)}
    followed = {one.article_id for one in _on(session, ticket)}
    open_ones = (one for one in article_ids if one in held and one not in followed)
    return [{"article_id": one, "question": held[one].question} for one in open_ones][:SUGGESTED]


def _tell(session: Session, ticket: Ticket) -> None:
    """A ticket whose steps are others is shown anew at every desk."""
    ticket.version += 1
    session.flush()
    views.tell_ticket(session, ticket)


def _on(session: Session, ticket: Ticket) -> Sequence[TicketProcedure]:
    mine = select(TicketProcedure).where(TicketProcedure.ticket_id == ticket.id)
    return session.scalars(mine.order_by(TicketProcedure.at, TicketProcedure.article_id)).all()


def _with_due(taken: TicketProcedure) -> list[dict[str, Any]]:
    """Time runs for one step at once: from when the one before it was done."""
    since, shown = clock.iso(taken.at), []
    for step in taken.steps:
        minutes = step.get("minutes")
        is_next = since is not None and not step.get("done_at")
        due = clock.iso(datetime.fromisoformat(since) + timedelta(minutes=minutes)) if is_next and minutes else None
        shown.append({**step, "due_at": due})
        since = step.get("done_at")
    return shown
