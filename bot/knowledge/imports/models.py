"""A file that was brought, the rows that were read of it, and what each of them would do."""

import enum
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.core.tables import Base, new_id
from bot.knowledge.models import Article


class State(enum.StrEnum):
    READING = "reading"
    CHECKED = "checked"
    APPLYING = "applying"
    DONE = "done"
    REFUSED = "refused"


class Kind(enum.StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = "duplicate"
    """Its question is asked, in almost the same words, by another article or an earlier row."""
    WRONG = "wrong"


class Import(Base):
    """`run` rises each time somebody begins to work on it, so that who was taken for dead can change nothing more.

    `problem`: why the whole was refused, or has to be looked at again; as `rows.Problem` has it.
    """

    __tablename__ = "imports"
    __table_args__ = (CheckConstraint("state in ('reading','checked','applying','done','refused')", name="state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    bytes: Mapped[int]
    format: Mapped[str | None] = mapped_column(String(16))
    options: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(8), default=State.READING)
    run: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportPart(Base):
    """A piece of the file, until it has been read."""

    __tablename__ = "import_parts"

    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """One article of the file and what it comes to, by its `position` among them.

    `number` and `place` are where people find it: a line, a row of a sheet, a file in an archive. `version`: of the
    article that it would change, as it was then.
    `content`: the checked article; of a wrong row what stood in the file.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        CheckConstraint("kind in ('new','changed','same','duplicate','wrong')", name="kind"),
        Index("ix_import_rows_kind", "import_id", "kind", "position"),
    )

    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    place: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(9))
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(8))
    article_id: Mapped[str | None] = mapped_column(String(120))
    version: Mapped[int | None]
    status: Mapped[str | None] = mapped_column(String(12))
    changes: Mapped[list[str]]
    problems: Mapped[list[Any]]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


ARTICLES = cast(Table, Article.__table__)
BROUGHT = (
    "id", "version", "language", "kind", "question", "variants", "answer", "tags", "audience", "status", "created_at",
    "updated_at", "updated_by", "subject", "category", "team", "valid_from", "valid_until", "review_by", "steps",
    "behind", "indexed",
)  # fmt: skip
"""What an import writes of an article; whatever else one may have stays, or begins as it does by itself."""
STAGED = Table(
    "import_articles",
    Base.metadata,
    Column("import_id", String(32), ForeignKey("imports.id"), primary_key=True),
    Column("is_new", Boolean, nullable=False),
    Column("is_rewritten", Boolean, nullable=False),
    *(
        Column(name, ARTICLES.c[name].type, primary_key=name == "id", nullable=ARTICLES.c[name].nullable)
        for name in BROUGHT
    ),
)
"""Articles as they will be, made ready beside the real ones, so that only rows are copied when they are switched in."""
