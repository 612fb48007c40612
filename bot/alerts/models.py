"""What was complained of, the alerts that came of it, and who decided what."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.chat.models import Customer
from bot.core.auth import Staff
from bot.core.tables import Base, new_id


class Phase(enum.StrEnum):
    WARNING = "warning"
    RELEASED = "released"
    HANDLING = "handling"
    LIFTED = "lifted"
    PASSED_ON = "passed_on"
    DISMISSED = "dismissed"


OPEN = (Phase.WARNING, Phase.RELEASED, Phase.HANDLING)
_OPEN_SQL = text("phase in ('warning','released','handling')")


class Trigger(enum.StrEnum):
    COUNT = "count"
    MEASURE = "measure"
    CLUSTER = "cluster"
    AGENT = "agent"
    QUALITY = "quality"


class TopicWatch(Base):
    """One row a topic; whoever counts or decides on that topic holds it first. Mentions up to `counted_from` are
    settled by an earlier decision and raise nothing again."""

    __tablename__ = "topic_watches"

    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    counted_from: Mapped[datetime | None]


class Mention(Base):
    """One complaint of one topic in one message. Who is counted is `customer_id`; `text` is a redacted excerpt."""

    __tablename__ = "mentions"
    __table_args__ = (UniqueConstraint("message_id", "topic"), Index("ix_mentions_topic_at", "topic", "at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    topic: Mapped[str] = mapped_column(String(40))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    family: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)

    customer: Mapped[Customer] = relationship(lazy="raise")


class Alert(Base):
    """A wave of one topic, or one grave case. The counts are those of its linked mentions."""

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint("phase in ('warning','released','handling','lifted','passed_on','dismissed')", name="phase"),
        CheckConstraint("level in ('advisory','potential','crisis')", name="level"),
        Index("uq_alerts_open", "topic", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        Index("ix_alerts_phase", "phase", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    topic: Mapped[str] = mapped_column(String(40))
    phase: Mapped[str] = mapped_column(String(12), default=Phase.WARNING)
    level: Mapped[str | None] = mapped_column(String(12))
    trigger: Mapped[str] = mapped_column(String(12))
    window_minutes: Mapped[int | None]
    rule: Mapped[dict[str, Any]]
    people: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0)
    channels: Mapped[list[str]]
    families: Mapped[list[str]]
    baseline: Mapped[float | None]
    opened_at: Mapped[datetime]
    last_mention_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class AlertMention(Base):
    """A mention that an alert counts."""

    __tablename__ = "alert_mentions"

    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"), primary_key=True, index=True)


class AlertDepartment(Base):
    """A department that must answer an alert by a time."""

    __tablename__ = "alert_departments"

    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    department: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]


class AlertEvent(Base):
    """One step in an alert's life, and who took it. Never changed."""

    __tablename__ = "alert_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), index=True)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    staff: Mapped[Staff | None] = relationship(lazy="joined")
