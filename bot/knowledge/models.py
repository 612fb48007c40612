"""Articles with every version they had, and the questions that none of them answered."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.core.tables import Base, new_id


class Status(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"


class Audience(enum.StrEnum):
    PUBLIC = "public"
    AGENTS = "agents"


class Article(Base):
    """What is answered with now. `version` rises with every change, publishing included; the index follows it."""

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("status in ('draft','published','unpublished')", name="status"),
        CheckConstraint("audience in ('public','agents')", name="audience"),
    )

    id: Mapped[str] = mapped_column(String(120), primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(16), default="answer")
    question: Mapped[str] = mapped_column(Text)
    variants: Mapped[list[str]]
    answer: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]]
    audience: Mapped[str] = mapped_column(String(8), default=Audience.PUBLIC)
    status: Mapped[str] = mapped_column(String(12), default=Status.DRAFT)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class ArticleVersion(Base):
    """An article as it was. Never changed, never removed."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int]
    question: Mapped[str] = mapped_column(Text)
    variants: Mapped[list[str]]
    answer: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]]
    audience: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class Gap(Base):
    """A question that we could not answer, or whose answer did not help. One row a message."""

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_at", "at"),)

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
