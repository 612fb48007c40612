"""Security: what happened to accounts, kinds of passwords, ages of keys."""

import sqlalchemy as sa
from alembic import op

from bot.core.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_staff_events_by_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_events_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_events")),
    )
    op.create_index("ix_staff_events_staff_id", "staff_events", ["staff_id", "id"])
    op.add_column("keys", sa.Column("made_at", UtcDateTime(), nullable=True))
    op.add_column("staff", sa.Column("password_kind", sa.String(length=8), nullable=False, server_default="given"))


def downgrade() -> None:
    with op.batch_alter_table("staff") as batch_op:
        batch_op.drop_column("password_kind")
    op.drop_column("keys", "made_at")
    op.drop_index("ix_staff_events_staff_id", table_name="staff_events")
    op.drop_table("staff_events")
