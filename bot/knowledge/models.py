"""Articles with every version they had, what editors are still writing, and pictures."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.core.tables import Base, new_id


class Status(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    ARCHIVED = "archived"


class Audience(enum.StrEnum):
    PUBLIC = "public"
    AGENTS = "agents"


def _where_given(column: str) -> Index:
    """Few articles have dates, and the timer asks for those alone."""
    there = text(f"{column} is not null")
    return Index(f"ix_articles_{column}", column, sqlite_where=there, postgresql_where=there)


class Article(Base):
    """What is answered with now. `version` rises with every change, publishing included; the index follows it.

    `subject` is the same for an article and its translations, of which there is one a language. `behind`: a
    translation was changed later. `indexed`: published and within its dates when that was last looked at.
    `from_ticket`: the number of the ticket whose solution it was written from. `links_due_at`: when its links are to be
    looked at next, None where it has none; `broken_links`: those that led nowhere, None where all did lead somewhere.
    """

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("subject", "language"),
        CheckConstraint("status in ('draft','published','unpublished','archived')", name="status"),
        CheckConstraint("audience in ('public','agents')", name="audience"),
        CheckConstraint(
            "valid_from is null or valid_until is null or valid_from < valid_until",
            name="validity",
        ),
        Index("ix_articles_updated", "updated_at", "id"),
        Index(
            "ix_articles_indexed",
            "id",
            "version",
            "indexed",
            sqlite_where=text('"indexed" = 1'),
            postgresql_where=text("indexed"),
        ),
        Index(
            "ix_articles_links_due",
            "links_due_at",
            sqlite_where=text('"indexed" = 1'),
            postgresql_where=text("indexed"),
        ),
        *map(_where_given, ("valid_from", "valid_until", "review_by")),
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
    subject: Mapped[str] = mapped_column(String(120))
    category: Mapped[str | None] = mapped_column(String(200))
    team: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    review_by: Mapped[datetime | None]
    steps: Mapped[list[Any]] = mapped_column(default=list)
    behind: Mapped[bool] = mapped_column(default=False)
    indexed: Mapped[bool] = mapped_column(default=False)
    from_ticket: Mapped[int | None]
    links_due_at: Mapped[datetime | None]
    broken_links: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class ArticleVersion(Base):
    """An article as it was. Never removed, and changed only where a customer takes their words back."""

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
    language: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(16))
    category: Mapped[str | None] = mapped_column(String(200))
    team: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    review_by: Mapped[datetime | None]
    steps: Mapped[list[Any]]


class ArticleDraft(Base):
    """What an editor has written and not saved yet: one an editor and key. The key is the article's id or `new-…`."""

    __tablename__ = "article_drafts"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    article_id: Mapped[str | None] = mapped_column(ForeignKey("articles.id"), index=True)
    based_on: Mapped[int | None]
    content: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Image(Base):
    """A picture that articles show. The id is made of its bytes, so that one is kept once and never changes."""

    __tablename__ = "images"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
