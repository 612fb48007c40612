"""Use: how articles serve, the ticket that one was written from, procedures that agents follow on tickets."""

import sqlalchemy as sa
from alembic import op

from bot.core.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ANSWERS = sa.text("article_id is not null")


def upgrade() -> None:
    op.create_index(
        "ix_messages_article", "messages", ["article_id", "at"], sqlite_where=ANSWERS, postgresql_where=ANSWERS
    )
    op.create_index("ix_feedback_article_id", "feedback", ["article_id"])
    op.add_column("articles", sa.Column("from_ticket", sa.Integer(), nullable=True))
    op.create_table(
        "ticket_procedures",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=120), nullable=False),
        sa.Column("article_version", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_procedures_ticket_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_ticket_procedures_article_id")),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_ticket_procedures_by")),
        sa.PrimaryKeyConstraint("ticket_id", "article_id", name=op.f("pk_ticket_procedures")),
    )


def downgrade() -> None:
    op.drop_table("ticket_procedures")
    op.drop_column("articles", "from_ticket")
    op.drop_index("ix_feedback_article_id", table_name="feedback")
    op.drop_index("ix_messages_article", table_name="messages")
