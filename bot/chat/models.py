"""Customers, their conversations, what was said, and the turns that are owed an answer."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.core.tables import Base, new_id


class Owner(enum.StrEnum):
    """Who may speak for us."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


class Author(enum.StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Kind(enum.StrEnum):
    TEXT = "text"
    CHOICES = "choices"
    EVENT = "event"


class Customer(Base):
    """A person, for counting: `person_key` is `host:…`, `visitor:…` or `conversation:…`, whichever is surest."""

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    tier: Mapped[str | None] = mapped_column(String(40))
    account: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]


class ChannelIdentity(Base):
    """A customer at one door."""

    __tablename__ = "channel_identities"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(300))


class Conversation(Base):
    """The lasting thread at one door.

    `owner_version` fences the bot: a turn that began under an older one cannot commit its words. `last_seq` hands
    out message numbers; whoever raises it holds the row. A turn worker holds the conversation by `turn_lease_until`.
    What an episode has seen so far (turns, misses, complaints, the last answer's article and what the last turn came
    to) is kept here for the next.
    """

    __tablename__ = "conversations"
    __table_args__ = (CheckConstraint("owner in ('bot','queue','agent')", name="owner"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    family: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8), default="en")
    owner: Mapped[str] = mapped_column(String(8), default=Owner.BOT)
    owner_version: Mapped[int] = mapped_column(default=1)
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    last_seq: Mapped[int] = mapped_column(default=0)
    last_customer_seq: Mapped[int] = mapped_column(default=0)
    last_customer_at: Mapped[datetime | None]
    episode: Mapped[int] = mapped_column(default=1)
    episode_turns: Mapped[int] = mapped_column(default=0)
    misses: Mapped[int] = mapped_column(default=0)
    complaints: Mapped[int] = mapped_column(default=0)
    human_offered: Mapped[bool] = mapped_column(default=False)
    last_article_id: Mapped[str | None] = mapped_column(String(120))
    last_outcome: Mapped[str | None] = mapped_column(String(80))
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    turn_lease_until: Mapped[datetime | None]
    turn_lease_by: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]

    customer: Mapped[Customer] = relationship(lazy="raise")

    @property
    def state(self) -> str:
        """The wire's word for where this conversation stands."""
        return "closed" if self.closed_at else self.owner


class Message(Base):
    """`text` is what every channel can show; `markdown` is there where marks were taken off an article's answer."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_message_id"),
        UniqueConstraint("in_reply_to", "part"),
        Index("ix_messages_at", "at"),
        Index(
            "ix_messages_article",
            "article_id",
            "at",
            sqlite_where=text("article_id is not null"),
            postgresql_where=text("article_id is not null"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    author: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8), default=Kind.TEXT)
    text: Mapped[str] = mapped_column(Text)
    choices: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    choice: Mapped[str | None] = mapped_column(String(200))
    article_id: Mapped[str | None] = mapped_column(String(120))
    article_question: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    client_message_id: Mapped[str | None] = mapped_column(String(128))
    in_reply_to: Mapped[str | None] = mapped_column(String(32))
    part: Mapped[int | None]
    episode: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
    markdown: Mapped[str | None] = mapped_column(Text)


class Turn(Base):
    """One customer message that is owed an answer, then the record of how it was answered."""

    __tablename__ = "turns"
    __table_args__ = (
        Index(
            "ix_turns_waiting",
            "conversation_id",
            "seq",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_turns_recount",
            "accepted_at",
            sqlite_where=text("recount = 'due'"),
            postgresql_where=text("recount = 'due'"),
        ),
        Index(
            "ix_turns_uncounted",
            "accepted_at",
            sqlite_where=text("recount = 'failed'"),
            postgresql_where=text("recount = 'failed'"),
        ),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    accepted_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    engine: Mapped[str | None] = mapped_column(String(16))
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None]
    outcome: Mapped[str | None] = mapped_column(String(32))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(64))
    recount: Mapped[str | None] = mapped_column(String(8))


class Feedback(Base):
    """Whether a bot answer helped; one row an answer, the last word counts."""

    __tablename__ = "feedback"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    article_id: Mapped[str | None] = mapped_column(String(120), index=True)
    helpful: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
