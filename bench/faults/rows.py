"""What the database holds when all is over, as plain rows for the checker."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.faults.journal import text_hash
from bot.chat.models import Message, Turn
from bot.core.jobs import Job
from bot.desk.models import Ticket, TicketEvent


@dataclass(frozen=True)
class MessageRow:
    """`text` is kept of the system's words alone: they hold promises."""

    conversation_id: str
    seq: int
    message_id: str
    author: str
    text_hash: str
    client_message_id: str | None = None
    in_reply_to: str | None = None
    part: int | None = None
    text: str = ""


@dataclass(frozen=True)
class TurnRow:
    message_id: str
    state: str
    answered_at: datetime | None
    outcome: str | None = None


@dataclass(frozen=True)
class TicketRow:
    number: int
    conversation_id: str
    created_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True)
class EventRow:
    """Something that happened to a ticket; `seq`: the message of the thread that shows it."""

    number: int
    conversation_id: str
    event: str
    at: datetime
    seq: int | None


@dataclass(frozen=True)
class JobRow:
    job_id: int
    kind: str
    state: str


@dataclass(frozen=True)
class Rows:
    messages: list[MessageRow] = field(default_factory=list)
    turns: list[TurnRow] = field(default_factory=list)
    tickets: list[TicketRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    jobs: list[JobRow] = field(default_factory=list)


def read(session: Session) -> Rows:
    """Everything, as it stands."""
    return Rows(_messages(session), _turns(session), _tickets(session), _events(session), _jobs(session))


def _messages(session: Session) -> list[MessageRow]:
    wanted = select(Message).order_by(Message.conversation_id, Message.seq)
    return [
        MessageRow(
            row.conversation_id,
            row.seq,
            row.id,
            row.author,
            text_hash(row.text),
            row.client_message_id,
            row.in_reply_to,
            row.part,
            row.text if row.author == "system" else "",
        )
        for row in session.scalars(wanted)
    ]


def _turns(session: Session) -> list[TurnRow]:
    columns = (Turn.message_id, Turn.state, Turn.answered_at, Turn.outcome)
    return [TurnRow(*row) for row in session.execute(select(*columns))]


def _tickets(session: Session) -> list[TicketRow]:
    columns = (Ticket.number, Ticket.conversation_id, Ticket.created_at, Ticket.resolved_at)
    return [TicketRow(*row) for row in session.execute(select(*columns))]


def _events(session: Session) -> list[EventRow]:
    columns = (Ticket.number, Ticket.conversation_id, TicketEvent.event, TicketEvent.at, TicketEvent.seq)
    wanted = select(*columns).join(Ticket, Ticket.id == TicketEvent.ticket_id).order_by(TicketEvent.id)
    return [EventRow(*row) for row in session.execute(wanted)]


def _jobs(session: Session) -> list[JobRow]:
    return [JobRow(*row) for row in session.execute(select(Job.id, Job.kind, Job.state))]
