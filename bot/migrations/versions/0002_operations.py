"""What operators see: processes, log levels, what was done; and why a turn failed."""

import sqlalchemy as sa
from alembic import op

from bot.core.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("log_level", sa.String(length=8), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_processes")),
    )
    op.create_index(op.f("ix_processes_seen_at"), "processes", ["seen_at"])
    op.create_table(
        "log_levels",
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_log_levels")),
    )
    op.create_table(
        "operator_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_operator_events_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_events")),
    )
    op.create_index("ix_operator_events_at", "operator_events", ["at"])
    op.add_column("turns", sa.Column("last_error", sa.String(length=64), nullable=True))
    failed = sa.text("recount = 'failed'")
    op.create_index("ix_turns_uncounted", "turns", ["accepted_at"], sqlite_where=failed, postgresql_where=failed)


def downgrade() -> None:
    op.drop_index("ix_turns_uncounted", table_name="turns")
    op.drop_column("turns", "last_error")
    op.drop_table("operator_events")
    op.drop_table("log_levels")
    op.drop_table("processes")
