"""Waiting until all that was begun has come to its end, and looking at everything then."""

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from bench.knowledge.crashes import story
from bench.knowledge.crashes.checker import Answer, Facts, Index
from bench.knowledge.crashes.parts import House, index_alone, ready
from bench.knowledge.crashes.story import Entry
from bot.core import jobs
from bot.core.db import Database
from bot.knowledge import indexing, service
from bot.knowledge.imports import staging
from bot.knowledge.models import Article
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

LOOK_SECONDS = 0.05
SETTLE_SECONDS = 180.0
GONE_ASKED, THERE_ASKED = 25, 10
STRANGE = ("where is my order", "how do I clean it", "my battery is empty at night", "怎么清洗", "hello")
Question = tuple[str, str, bool]
"""The words, their language, and whether the article that asks so may be answered with."""


async def look(house: House, db: Database, journal: Sequence[Entry], some: random.Random | None) -> Facts:
    """What there is now. `some`: at a part of the questions; without it at all of them, and beside a fresh index."""
    expected, published, questions = await asyncio.to_thread(_wanted, db)
    asked = _some(some, questions) if some else questions
    fresh: list[Answer] = []
    if some:
        answers = await _answers(house.knowledge, asked)
    else:
        answers, fresh = await _beside_fresh(house, published, asked)
    digest = str((await house.knowledge.health(timeout=30))["digest"])
    held = await asyncio.to_thread(_held, db)
    return Facts(journal, held, Index(digest, expected, None, _strangers(house.index_folder), answers, fresh))


async def equal(house: House, db: Database) -> None:
    """Until the index holds what it is to hold, with its vectors. What never comes to that is a defect found later."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(KnowledgeUnavailable, KnowledgeRefused):
            health = await house.knowledge.health()
            idle = health["state"] == "ready" and not health.get("rebuilding") and not health["vectors_to_come"]
            if idle and await indexing.is_equal(db, health["digest"]):
                return
        await asyncio.sleep(LOOK_SECONDS)


async def imports_ended(db: Database) -> None:
    """Until no import, and no article of one, is under way; what is to be tried again later is not waited for."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(_under_way, db):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _under_way(db: Database) -> bool:
    with db.snapshot() as session:
        return any(jobs.under_way(session, kind) for kind in (staging.JOB, indexing.INDEX_IMPORT_JOB))


def _held(db: Database) -> story.Held:
    with db.snapshot() as session:
        return story.held(session)


def _wanted(db: Database) -> tuple[str, list[dict[str, object]], list[Question]]:
    with db.snapshot() as session:
        asked = session.execute(select(Article.question, Article.language, Article.indexed).order_by(Article.id))
        published = [service.for_index(article) for article in service.published(session)]
        return service.digest(session), published, [*asked.tuples()]


def _some(dice: random.Random, questions: Sequence[Question]) -> list[Question]:
    """More of what must not be found than of the rest."""
    gone = [one for one in questions if not one[2]]
    there = [one for one in questions if one[2]]
    some = dice.sample(gone, min(GONE_ASKED, len(gone)))
    return [*some, *dice.sample(there, min(THERE_ASKED, len(there)))]


async def _answers(client: KnowledgeClient, asked: Sequence[Question]) -> list[Answer]:
    return [await _answer(client, text, language) for text, language in _texts(asked)]


def _texts(asked: Sequence[Question]) -> list[tuple[str, str]]:
    strange = [(text, "zh" if ord(text[0]) > 0x2E80 else "en") for text in STRANGE]
    return [*((text, language) for text, language, _ in asked), *strange]


async def _answer(client: KnowledgeClient, text: str, language: str) -> Answer:
    found = await client.search(text, language=language, audience="agents", k=5, timeout=30)
    return Answer(text, found.decision, tuple((hit.article_id, hit.score) for hit in found.hits))


async def _beside_fresh(
    house: House, published: list[dict[str, object]], asked: Sequence[Question]
) -> tuple[list[Answer], list[Answer]]:
    """Also of a service in another folder, which has never seen anything but what the database wants answered with.

    Both decide by the same fit; one that was made meanwhile makes them worth asking again.
    """
    fitted = house.index_folder / "calibration.json"
    with tempfile.TemporaryDirectory(prefix="firebreak-fresh-") as folder:
        (Path(folder) / "index").mkdir()
        before = fitted.read_bytes() if fitted.exists() else b""
        if before:
            (Path(folder) / "index" / fitted.name).write_bytes(before)
        with index_alone(Path(folder)) as (_, client):
            async with client:
                await ready(client)
                await client.replace(published)
                fresh = await _answers(client, asked)
    answers = await _answers(house.knowledge, asked)
    if (fitted.read_bytes() if fitted.exists() else b"") != before:
        return await _beside_fresh(house, published, asked)
    return answers, fresh


async def stored_digest(house: House) -> str:
    """What the index on the disk holds, while nobody is there who would mend it."""
    for part in house.parts.values():
        part.kill()
    with index_alone(house.folder) as (_, client):
        async with client:
            await ready(client)
            return str((await client.health())["digest"])


def _strangers(folder: Path) -> list[str]:
    """Files of the index that are in nobody's use."""
    pointer = folder / "current"
    used = pointer.read_text("utf-8").strip() if pointer.exists() else ""
    known = {"current", "calibration.json", "calibration.new", used}
    return [f"index/{entry.name}" for entry in folder.iterdir() if entry.name not in known]
