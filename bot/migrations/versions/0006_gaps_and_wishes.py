"""Gaps and wishes: questions and suggestions grouped by meaning, and who was told."""

import sqlalchemy as sa
from alembic import op

from bot.core.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNSORTED = sa.text("cluster_id is null")
UNPLACED = sa.text("centre is null and state <> 'merged'")


def upgrade() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("placed", sa.String(length=8), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("centre", sa.Text(), nullable=True),
        sa.Column("wordings", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("last_7", sa.Integer(), nullable=False),
        sa.Column("before_7", sa.Integer(), nullable=False),
        sa.Column("rising", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("recount_at", UtcDateTime(), nullable=True),
        sa.Column("assignee_id", sa.String(length=32), nullable=True),
        sa.Column("article_id", sa.String(length=120), nullable=True),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind in ('gap','wish')", name=op.f("ck_clusters_kind")),
        sa.CheckConstraint(
            "state in ('open','answered','dismissed','planned','no','done','merged')", name=op.f("ck_clusters_state")
        ),
        sa.CheckConstraint("placed in ('words','meaning','hand')", name=op.f("ck_clusters_placed")),
        sa.CheckConstraint("(state = 'merged') = (merged_into is not null)", name=op.f("ck_clusters_merged")),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["clusters.id"],
            name=op.f("fk_clusters_merged_into"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_clusters_assignee_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_clusters_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
    )
    op.create_index("ix_clusters_ranked", "clusters", ["kind", "state", "people", "rising", "last_at", "id"])
    op.create_index("ix_clusters_merged_into", "clusters", ["merged_into"])
    op.create_index("ix_clusters_language", "clusters", ["kind", "language", "last_at"])
    op.create_index("ix_clusters_recount_at", "clusters", ["recount_at"])
    op.create_index(
        "ix_clusters_unplaced", "clusters", ["kind", "id"], sqlite_where=UNPLACED, postgresql_where=UNPLACED
    )
    op.create_table(
        "cluster_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_cluster_events_cluster_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_cluster_events_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_events")),
    )
    op.create_index("ix_cluster_events_cluster_id", "cluster_events", ["cluster_id"])
    op.create_table(
        "tellings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_tellings_cluster_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tellings_customer_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_tellings_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_tellings_message_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_tellings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tellings")),
        sa.UniqueConstraint("cluster_id", "message_id", "about", name=op.f("uq_tellings_cluster_id_message_id_about")),
    )
    op.create_table(
        "sortings",
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_sortings")),
    )
    with op.batch_alter_table("gaps") as gaps:
        gaps.add_column(sa.Column("cluster_id", sa.String(length=32), nullable=True))
        gaps.add_column(sa.Column("wording", sa.String(length=32), nullable=True))
        gaps.add_column(sa.Column("vector", sa.Text(), nullable=True))
        gaps.create_foreign_key(op.f("fk_gaps_cluster_id"), "clusters", ["cluster_id"], ["id"])
    _indexes("gaps")
    op.create_table(
        "wishes",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("cluster_id", sa.String(length=32), nullable=True),
        sa.Column("wording", sa.String(length=32), nullable=True),
        sa.Column("vector", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_wishes_message_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_wishes_conversation_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_wishes_customer_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["clusters.id"], name=op.f("fk_wishes_cluster_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_wishes")),
    )
    op.create_index("ix_wishes_at", "wishes", ["at"])
    _indexes("wishes")


def _indexes(table: str) -> None:
    op.create_index(f"ix_{table}_unsorted", table, ["at"], sqlite_where=UNSORTED, postgresql_where=UNSORTED)
    op.create_index(f"ix_{table}_cluster_id_at", table, ["cluster_id", "at"])
    op.create_index(f"ix_{table}_language_wording_at", table, ["language", "wording", "at"])
    op.create_index(f"ix_{table}_conversation_id", table, ["conversation_id"])


def downgrade() -> None:
    op.drop_table("wishes")
    for index in ("unsorted", "cluster_id_at", "language_wording_at", "conversation_id"):
        op.drop_index(f"ix_gaps_{index}", table_name="gaps")
    with op.batch_alter_table("gaps") as gaps:
        gaps.drop_constraint(op.f("fk_gaps_cluster_id"), type_="foreignkey")
        for column in ("cluster_id", "wording", "vector"):
            gaps.drop_column(column)
    op.drop_table("sortings")
    op.drop_table("tellings")
    op.drop_table("cluster_events")
    op.drop_table("clusters")
