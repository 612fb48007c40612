"""The processes that run, how much each part logs, and what operators did."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.core.auth import Staff
from bot.core.tables import Base


class Process(Base):
    """One life of a web or worker process; `seen_at` is written every few seconds, which proves that writing works."""

    __tablename__ = "processes"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    part: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(32))
    log_level: Mapped[str] = mapped_column(String(8))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class LogLevel(Base):
    """How much a part logs from now on, in every process of it; without a row the setting holds."""

    __tablename__ = "log_levels"

    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    level: Mapped[str] = mapped_column(String(8))
    set_at: Mapped[datetime]


class Did(enum.StrEnum):
    REPLAYED = "replayed"
    GAVE_UP = "gave_up"
    SET_LOG_LEVEL = "set_log_level"


class OperatorEvent(Base):
    """One thing that an operator did. Never changed. Without `staff_id` it was done on the command line.

    `target` is the id of a piece of work, or the part whose level was set; `detail` its kind, or the level.
    """

    __tablename__ = "operator_events"
    __table_args__ = (Index("ix_operator_events_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    staff: Mapped[Staff | None] = relationship(lazy="joined")
