"""Tickets, and what happened to them."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.chat.models import Customer
from bot.core.auth import Staff
from bot.core.tables import Base

FIRST_NUMBER = 1001


class Status(enum.StrEnum):
    """`new`: nobody holds it. `waiting`: for the customer, or until a time."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


UNSETTLED = (Status.NEW, Status.OPEN, Status.WAITING)
_UNSETTLED_SQL = text("status in ('new','open','waiting')")


class Ticket(Base):
    """What we owe a customer. Whoever writes one holds its conversation's row first, so that writers go in turn.

    `number` is what people say aloud; it follows `id`, which the database hands out. `first_response_due` and
    `resolution_due` are promises: they never move to a later time while they are owed.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("status in ('new','open','waiting','resolved','closed')", name="status"),
        CheckConstraint("priority in ('urgent','high','normal','low')", name="priority"),
        CheckConstraint("(status = 'new') = (holder_id is null) or status in ('resolved','closed')", name="holder"),
        UniqueConstraint("number"),
        Index(
            "uq_tickets_unsettled",
            "conversation_id",
            unique=True,
            sqlite_where=_UNSETTLED_SQL,
            postgresql_where=_UNSETTLED_SQL,
        ),
        Index("ix_tickets_status_team", "status", "team"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Computed(f"id + {FIRST_NUMBER - 1}", persisted=True))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id"))
    episode: Mapped[int] = mapped_column(default=1)
    channel: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    request_type: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(40), index=True)
    status: Mapped[str] = mapped_column(String(8), default=Status.NEW)
    reason: Mapped[str] = mapped_column(String(40))
    priority: Mapped[str] = mapped_column(String(8))
    priority_reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    signals: Mapped[list[str]]
    team: Mapped[str] = mapped_column(String(40))
    holder_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    summary: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    first_response_due: Mapped[datetime]
    resolution_due: Mapped[datetime]
    first_response_at: Mapped[datetime | None]
    waiting_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    solution: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship(lazy="joined", innerjoin=True)
    holder: Mapped[Staff | None] = relationship(lazy="joined")


class TicketEvent(Base):
    """One thing that happened to a ticket: timeline and audit at once. Never changed, never taken away.

    `text` is in the ticket's language where the customer sees it; `detail` holds the fact for programs. `seq` is the
    message of the thread that shows the same.
    """

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    seq: Mapped[int | None]
    visible_to_customer: Mapped[bool] = mapped_column(default=False)

    staff: Mapped[Staff | None] = relationship(lazy="joined")


class TicketProcedure(Base):
    """A procedure that is followed on a ticket, as it was when it was taken up.

    `steps` is a list of `{text, team?, minutes?, sentence?, done_at?, done_by?}`; a change writes the list anew.
    """

    __tablename__ = "ticket_procedures"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    article_version: Mapped[int]
    question: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[Any]]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
