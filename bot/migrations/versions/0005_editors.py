"""Editors: what an article has besides its words, drafts, pictures; and the marks in which an answer was written."""

import sqlalchemy as sa
from alembic import op

from bot.core.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATUSES = "'draft','published','unpublished'"
KEPT = ("language", "kind", "category", "team", "valid_from", "valid_until", "review_by", "steps")
"""What a version has had since, besides what it had from the first."""


def upgrade() -> None:
    with op.batch_alter_table("articles") as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("category", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("team", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("valid_from", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("valid_until", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("review_by", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("steps", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("behind", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("indexed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(op.f("ck_articles_status"), type_="check")
        batch_op.create_check_constraint(op.f("ck_articles_status"), f"status in ({STATUSES},'archived')")
        batch_op.create_check_constraint(
            op.f("ck_articles_validity"), "valid_from is null or valid_until is null or valid_from < valid_until"
        )
    _fill_articles()
    with op.batch_alter_table("articles") as batch_op:
        for name in ("subject", "steps", "behind", "indexed"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_unique_constraint(op.f("uq_articles_subject_language"), ["subject", "language"])
    op.create_index("ix_articles_updated", "articles", ["updated_at", "id"])
    op.create_index(
        "ix_articles_indexed",
        "articles",
        ["id", "version", "indexed"],
        sqlite_where=sa.text('"indexed" = 1'),
        postgresql_where=sa.text("indexed"),
    )
    _index_of_dates()
    with op.batch_alter_table("article_versions") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=8), nullable=False, server_default="en"))
        batch_op.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="answer"))
        batch_op.add_column(sa.Column("category", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("team", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("valid_from", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("valid_until", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("review_by", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("steps", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("language", "kind"):
        of_article = f"(select {name} from articles where articles.id = article_versions.article_id)"
        op.execute(f"update article_versions set {name} = {of_article}")
    with op.batch_alter_table("article_versions") as batch_op:
        for name in ("language", "kind", "steps"):
            batch_op.alter_column(name, server_default=None)
    op.create_table(
        "article_drafts",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("article_id", sa.String(length=120), nullable=True),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_article_drafts_staff_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_drafts_article_id")),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("pk_article_drafts")),
    )
    op.create_index("ix_article_drafts_article_id", "article_drafts", ["article_id"])
    op.create_table(
        "images",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_images_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
    )
    op.add_column("messages", sa.Column("markdown", sa.Text(), nullable=True))


def _fill_articles() -> None:
    """An id that ends in its language is of the subject before it, unless another article has that for an id."""
    connection = op.get_bind()
    connection.execute(sa.text("update articles set indexed = (status = 'published')"))
    taken: set[tuple[str, str]] = set()
    rows = connection.execute(sa.text("select id, language from articles order by id")).all()
    found = []
    for article_id, language in rows:
        subject = article_id.removesuffix(f".{language}") or article_id
        if (subject, language) in taken:
            subject = article_id
        taken.add((subject, language))
        found.append({"id": article_id, "subject": subject})
    if found:
        connection.execute(sa.text("update articles set subject = :subject where id = :id"), found)


def _index_of_dates() -> None:
    """Few articles have dates, and the timer asks for those alone."""
    for name in ("valid_from", "valid_until", "review_by"):
        there = sa.text(f"{name} is not null")
        op.create_index(f"ix_articles_{name}", "articles", [name], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_column("messages", "markdown")
    op.drop_table("images")
    op.drop_index("ix_article_drafts_article_id", table_name="article_drafts")
    op.drop_table("article_drafts")
    with op.batch_alter_table("article_versions") as batch_op:
        for name in reversed(KEPT):
            batch_op.drop_column(name)
    op.execute("update articles set status = 'unpublished' where status = 'archived'")
    op.execute("update article_versions set status = 'unpublished' where status = 'archived'")
    for name in ("valid_from", "valid_until", "review_by", "updated", "indexed"):
        op.drop_index(f"ix_articles_{name}", table_name="articles")
    with op.batch_alter_table("articles") as batch_op:
        batch_op.drop_constraint(op.f("uq_articles_subject_language"), type_="unique")
        batch_op.drop_constraint(op.f("ck_articles_validity"), type_="check")
        batch_op.drop_constraint(op.f("ck_articles_status"), type_="check")
        batch_op.create_check_constraint(op.f("ck_articles_status"), f"status in ({STATUSES})")
        for name in (
            "indexed",
            "behind",
            "steps",
            "review_by",
            "valid_until",
            "valid_from",
            "team",
            "category",
            "subject",
        ):
            batch_op.drop_column(name)
