"""Learning: what agents corrected, what each training changed; and what a conversation's last turn came to."""

import sqlalchemy as sa
from alembic import op

from bot.core.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("understood", sa.String(length=64), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("proposed", sa.String(length=64), nullable=True),
        sa.Column("request_type", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("corrected_by", sa.String(length=32), nullable=False),
        sa.Column("corrected_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("example", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("exported_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open','accepted','rejected')", name=op.f("ck_corrections_state")),
        sa.CheckConstraint(
            "state <> 'accepted' or (intent is not null and example is not null)",
            name=op.f("ck_corrections_accepted"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_corrections_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_corrections_ticket_id")),
        sa.ForeignKeyConstraint(["corrected_by"], ["staff.id"], name=op.f("fk_corrections_corrected_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_corrections_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_message_id", "corrections", ["message_id"])
    op.create_index("ix_corrections_ticket_id", "corrections", ["ticket_id"])
    op.create_index("ix_corrections_state", "corrections", ["state", "id"])
    op.create_index(
        "uq_corrections_open",
        "corrections",
        ["message_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("model_before", sa.String(length=64), nullable=True),
        sa.Column("model_after", sa.String(length=64), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.add_column("conversations", sa.Column("last_outcome", sa.String(length=80), nullable=True))


def downgrade() -> None:
    op.drop_column("conversations", "last_outcome")
    op.drop_table("trainings")
    op.drop_table("corrections")
