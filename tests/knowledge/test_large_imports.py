"""A file becomes articles, and a large one has the decision to answer fitted to them."""

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands import kb_files
from bot.core.db import Database
from bot.core.jobs import Job
from bot.core.settings import Settings
from bot.knowledge import indexing
from knowledge_index.client import KnowledgeClient


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def imported(database_url: str, tmp_path: Path, articles: int) -> list[str]:
    file = tmp_path / "articles.csv"
    rows = (f"a{number}.en,en,Question number {number}?,Answer {number}." for number in range(articles))
    file.write_text("\n".join(["id,language,question,answer", *rows]), "utf-8")
    settings = Settings.model_validate({"database_url": database_url, "data_dir": tmp_path})
    asked = Namespace(file=str(file), format=None, language=None, dry_run=False, draft=False)
    return list(kb_files.import_file(settings, asked))


def waiting(db: Database, kind: str) -> list[Job]:
    with db.snapshot() as session:
        return list(session.scalars(select(Job).where(Job.kind == kind)))


@pytest.mark.parametrize(("articles", "fits"), [(indexing.LARGE_IMPORT, 1), (indexing.LARGE_IMPORT - 1, 0)])
def test_after_a_large_import_the_decision_is_fitted_once(
    db: Database, database_url: str, tmp_path: Path, articles: int, fits: int
) -> None:
    assert imported(database_url, tmp_path, articles) == [f"{articles} articles published, 0 were there already."]
    assert len(waiting(db, indexing.INDEX_IMPORT_JOB)) == 1
    assert len(waiting(db, indexing.CALIBRATE_JOB)) == fits
    imported(database_url, tmp_path, articles)
    assert len(waiting(db, indexing.CALIBRATE_JOB)) == fits


def test_fitting_waits_until_the_articles_have_arrived(db: Database, database_url: str, tmp_path: Path) -> None:
    imported(database_url, tmp_path, 1)

    async def fit() -> None:
        async with KnowledgeClient("http://127.0.0.1:9") as nobody:
            await indexing.calibrate(db, nobody)

    asyncio.run(fit())
    assert len(waiting(db, indexing.CALIBRATE_JOB)) == 1
