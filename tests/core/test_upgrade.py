"""A database with data goes from the first release to this one: every row stays, and the product works on."""

import hashlib
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from bot import migrations, tables
from bot.core.db import Database
from bot.core.tables import Base
from tests.backup import first_release
from tests.people import Ada, until
from tests.sites import running

RELEASED = {
    "0001_first.py": "82749863a84c79eb5f2d608d5f79b29ccf79820b6829ee0383bc6dd08fc00be7",
    "0002_operations.py": "530dfabf4b411e1f5ecddc3f1e388729632ca3d01e04b3c94566bc83aa630815",
    "0003_security.py": "10392c630e9023ae7363ab8482d9c130d2197efec15295d370e4329575e80a8d",
}
"""A revision that is in somebody's database is never edited; what is to change comes as a further one."""


@pytest.mark.parametrize("file", RELEASED)
def test_a_released_revision_is_as_it_was_released(file: str) -> None:
    held = (migrations.HERE / "versions" / file).read_bytes()
    assert hashlib.sha256(held).hexdigest() == RELEASED[file]


def test_revisions_form_one_line_in_the_order_of_their_files() -> None:
    files = sorted(path.name[:4] for path in (migrations.HERE / "versions").glob("[0-9]*.py"))
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == files[-1:]
    assert migrations.revisions() == files


def test_an_upgrade_keeps_every_row_of_the_first_release(empty_url: str) -> None:
    first_release.make(empty_url)
    before = first_release.rows(empty_url)
    assert [name for name, rows in before.items() if not rows] == []
    migrations.upgrade(empty_url)
    assert first_release.rows(empty_url) == before


def test_after_an_upgrade_the_database_is_what_the_models_say(empty_url: str) -> None:
    first_release.make(empty_url)
    migrations.upgrade(empty_url)
    database = Database(empty_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    with database.snapshot() as session:
        for model in Base.registry.mappers:
            session.scalars(select(model.class_)).all()
    database.close()


def test_the_product_works_on_with_what_the_first_release_left(empty_url: str, tmp_path: Path) -> None:
    first_release.make(empty_url)
    with running(empty_url, tmp_path) as site:
        assert Ada(site.url).asks("hello")
        ada = Ada(site.url)
        ada.id, ada.http.headers["Authorization"] = first_release.ADA, f"Bearer {first_release.token()}"
        until(lambda: any(m.get("in_reply_to") == first_release.UNANSWERED for m in ada.messages()))
        thread = ada.messages()
        assert [m["seq"] for m in thread] == list(range(1, len(thread) + 1))
        assert thread[0]["text"] == 'my "lock" is \\offline\\ – it\'s\tdead'


def test_a_database_of_a_later_version_is_refused_in_words_and_left_alone(empty_url: str) -> None:
    first_release.make(empty_url)
    before = first_release.rows(empty_url)
    database = Database(empty_url)
    with database.transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    database.close()
    with pytest.raises(migrations.SchemaError, match=r"schema 9999.*Install the later version again"):
        migrations.upgrade(empty_url)
    assert first_release.rows(empty_url) == before


FURTHER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None


def upgrade() -> None:
    with op.batch_alter_table("conversations", recreate="auto") as batch:
        batch.alter_column("channel", type_=sa.String(length=64))
        batch.add_column(sa.Column("mood", sa.String(length=8), nullable=False, server_default="calm"))
    {then}
"""


@pytest.fixture
def further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations with one more that rebuilds a table to which others point; the file of that one."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrations.HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / "versions" / "9999_further.py"
    file.write_text(FURTHER.format(head=migrations.revisions()[-1], then="pass"), encoding="utf-8")
    monkeypatch.setattr(migrations, "HERE", copy)
    return file


def test_a_migration_may_rebuild_a_table_to_which_others_point(empty_url: str, further: Path) -> None:
    first_release.make(empty_url)
    before = first_release.rows(empty_url)
    migrations.upgrade(empty_url)
    assert first_release.rows(empty_url) == before
    database = Database(empty_url)
    with database.snapshot() as session:
        assert set(session.scalars(text("select mood from conversations"))) == {"calm"}
    database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str, further: Path) -> None:
    first_release.make(empty_url)
    before = first_release.rows(empty_url)
    failing = "op.execute('delete from feedback'); raise ZeroDivisionError"
    further.write_text(FURTHER.format(head=migrations.revisions()[-2], then=failing), encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(empty_url)
    assert first_release.rows(empty_url) == before


def test_a_migration_that_would_leave_orphans_is_refused_on_either_database(empty_url: str, further: Path) -> None:
    first_release.make(empty_url)
    before = first_release.rows(empty_url)
    orphaning = "op.execute('delete from tickets')"
    further.write_text(FURTHER.format(head=migrations.revisions()[-2], then=orphaning), encoding="utf-8")
    with pytest.raises(Exception, match=r"point to nothing|violates foreign key"):
        migrations.upgrade(empty_url)
    assert first_release.rows(empty_url) == before
