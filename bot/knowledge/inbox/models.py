"""What customers asked in vain or wished for, one row a message, and the clusters of what means the same."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.schema import SchemaItem

from bot.core.auth import Staff
from bot.core.tables import Base, new_id


class Kind(enum.StrEnum):
    GAP = "gap"
    WISH = "wish"


class State(enum.StrEnum):
    """A gap is open, answered or dismissed; a wish is open, or has its verdict. Whatever went into another cluster is
    merged."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    PLANNED = "planned"
    NO = "no"
    DONE = "done"
    MERGED = "merged"


class Placed(enum.StrEnum):
    """By what a cluster stands where it does: by words alone it may still join another that means the same."""

    WORDS = "words"
    MEANING = "meaning"
    HAND = "hand"


class Kept(Base):
    """A customer's words, without private numbers. `wording` is the same for the same words; of each wording in a
    cluster one row holds the `vector`. Without a cluster it is still to be sorted."""

    __abstract__ = True

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    cluster_id: Mapped[str | None] = mapped_column(ForeignKey("clusters.id"))
    wording: Mapped[str | None] = mapped_column(String(32))
    vector: Mapped[str | None] = mapped_column(Text)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        unsorted = text("cluster_id is null")
        name = cls.__tablename__
        return (
            Index(f"ix_{name}_at", "at"),
            Index(f"ix_{name}_unsorted", "at", sqlite_where=unsorted, postgresql_where=unsorted),
            Index(f"ix_{name}_cluster_id_at", "cluster_id", "at"),
            Index(f"ix_{name}_language_wording_at", "language", "wording", "at"),
            Index(f"ix_{name}_conversation_id", "conversation_id"),
        )


class Cluster(Base):
    """Messages that mean the same. The id stays; one that went into another is kept and points there.

    `name` is its most central question. `centre` is the mean of `wordings` vectors, base64 of 16-bit floats; empty
    where the text has none. People, messages and times are counted from the rows; `recount_at` is when the trend of
    the last seven days, and the seven before, is next to change by itself. `merged_into` is looked at when a
    transaction ends: a backup is read back row by row.
    """

    __tablename__ = "clusters"
    __table_args__ = (
        CheckConstraint("kind in ('gap','wish')", name="kind"),
        CheckConstraint("state in ('open','answered','dismissed','planned','no','done','merged')", name="state"),
        CheckConstraint("placed in ('words','meaning','hand')", name="placed"),
        CheckConstraint("(state = 'merged') = (merged_into is not null)", name="merged"),
        Index("ix_clusters_ranked", "kind", "state", "people", "rising", "last_at", "id"),
        Index("ix_clusters_merged_into", "merged_into"),
        Index("ix_clusters_language", "kind", "language", "last_at"),
        Index("ix_clusters_recount_at", "recount_at"),
        Index(
            "ix_clusters_unplaced",
            "kind",
            "id",
            sqlite_where=text("centre is null and state <> 'merged'"),
            postgresql_where=text("centre is null and state <> 'merged'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(4))
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=State.OPEN)
    placed: Mapped[str] = mapped_column(String(8), default=Placed.WORDS)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("clusters.id", deferrable=True, initially="DEFERRED"))
    centre: Mapped[str | None] = mapped_column(Text)
    wordings: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0)
    last_7: Mapped[int] = mapped_column(default=0)
    before_7: Mapped[int] = mapped_column(default=0)
    rising: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    recount_at: Mapped[datetime | None]
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    article_id: Mapped[str | None] = mapped_column(ForeignKey("articles.id"))
    department: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]

    assignee: Mapped[Staff | None] = relationship(lazy="raise")


class ClusterEvent(Base):
    """What was done with a cluster, and by whom; without a name it happened by itself."""

    __tablename__ = "cluster_events"
    __table_args__ = (Index("ix_cluster_events_cluster_id", "cluster_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[str] = mapped_column(ForeignKey("clusters.id"))
    event: Mapped[str] = mapped_column(String(16))
    detail: Mapped[dict[str, Any]]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]

    staff: Mapped[Staff | None] = relationship(lazy="raise")


class Telling(Base):
    """Somebody who asked was told `about` a state; `message_id` is the last that they had asked by then."""

    __tablename__ = "tellings"
    __table_args__ = (UniqueConstraint("cluster_id", "message_id", "about"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[str] = mapped_column(ForeignKey("clusters.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"))
    about: Mapped[str] = mapped_column(String(10))
    how: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class Sorting(Base):
    """One row a kind. Whoever changes its clusters holds it first, so that none is made twice.

    `stamp` rises when a centre changes; `digests` are of the models that the vectors came from.
    """

    __tablename__ = "sortings"

    kind: Mapped[str] = mapped_column(String(4), primary_key=True)
    stamp: Mapped[int] = mapped_column(default=0)
    digests: Mapped[dict[str, Any]]
