"""What agents corrected, what became of it, and how each training changed the figures."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.core.auth import Staff
from bot.core.tables import Base, new_id

_OPEN_SQL = text("state = 'open'")


class State(enum.StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Correction(Base):
    """A customer's message that was taken for something else than an agent says it is. One open row a message.

    `said` is the message without private numbers. `understood` is what the bot took it for, `proposed` what the agent
    says, `intent` and `example` what the designer made of both: an example once the state is `accepted`.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("state in ('open','accepted','rejected')", name="state"),
        CheckConstraint("state <> 'accepted' or (intent is not null and example is not null)", name="accepted"),
        Index("uq_corrections_open", "message_id", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        Index("ix_corrections_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    said: Mapped[str] = mapped_column(Text)
    understood: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None]
    proposed: Mapped[str | None] = mapped_column(String(64))
    request_type: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(40))
    corrected_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    corrected_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default=State.OPEN)
    intent: Mapped[str | None] = mapped_column(String(64))
    example: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    exported_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    corrector: Mapped[Staff] = relationship(lazy="joined", innerjoin=True, foreign_keys=[corrected_by])
    decider: Mapped[Staff | None] = relationship(lazy="joined", foreign_keys=[decided_by])


class Training(Base):
    """A training that was compared with the model before it, on sentences that neither has learnt from.

    `figures` is `{set: {"before": {...}, "after": {...}}}`; `before` is missing where there was no model.
    """

    __tablename__ = "trainings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    at: Mapped[datetime]
    model_before: Mapped[str | None] = mapped_column(String(64))
    model_after: Mapped[str] = mapped_column(String(64))
    examples: Mapped[int]
    figures: Mapped[dict[str, Any]]
