"""Links: when those of an article are to be looked at next, and which of them led nowhere."""

import sqlalchemy as sa
from alembic import op

from bot.core import clock
from bot.core.tables import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("links_due_at", UtcDateTime(), nullable=True))
    op.add_column("articles", sa.Column("broken_links", sa.JSON(), nullable=True))
    articles = sa.table("articles", sa.column("links_due_at", UtcDateTime()))
    op.execute(articles.update().values(links_due_at=clock.now()))
    op.create_index(
        "ix_articles_links_due",
        "articles",
        ["links_due_at"],
        sqlite_where=sa.text('"indexed" = 1'),
        postgresql_where=sa.text("indexed"),
    )


def downgrade() -> None:
    op.drop_index("ix_articles_links_due", table_name="articles")
    op.drop_column("articles", "broken_links")
    op.drop_column("articles", "links_due_at")
