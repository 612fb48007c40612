"""Commands on the knowledge base: search, evaluate, rebuild the index. Files are in `kb_files`."""

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.db import Database
from bot.core.settings import Settings

if TYPE_CHECKING:
    from knowledge_index.client import Found

LANGUAGES = ("en", "zh")


def search(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    from bot.understanding import facts

    language = arguments.language or facts.read(arguments.text).language
    found = asyncio.run(_search(settings.knowledge_url, arguments.text, language))
    yield f"{found.decision} (confidence {found.confidence:.2f}, language {found.language})"
    yield from (f"  {hit.score:.2f}  {hit.article_id:<32} {hit.question}" for hit in found.hits)


def evaluate(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Variants are asked as if nobody had written them; the service works on copies of its index and changes nothing.

    `--to FOLDER` gets the risk-coverage curves, as a picture and as JSON.
    """
    for language in LANGUAGES:
        yield f"{language}: asking the variants of the articles ..."
        found = asyncio.run(_evaluate(settings.knowledge_url, language, arguments.precision))
        yield from _told(found)
        if arguments.to is not None:
            yield from _drawn(Path(arguments.to), found)


def calibrate(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Fit the decision to the articles that are held now; it holds at once, and after a restart."""
    yield "Asking the variants of the articles ..."
    for found in asyncio.run(_calibrate(settings.knowledge_url, arguments.precision)):
        yield f"{found['language']}:"
        yield from _told(found)


def _told(found: dict[str, Any]) -> Iterator[str]:
    yield from (f"  {name:<24} {value}" for name, value in found["report"].items() if name != "language")
    if not found["fitted"]:
        yield "  too few variants to fit anything: the shipped calibration decides"
        return
    yield f"  {'answers from':<24} {found['judge']['answer_at']} on, for a precision of {found['precision']}"


def _drawn(folder: Path, found: dict[str, Any]) -> Iterator[str]:
    from knowledge_index import curve

    folder.mkdir(parents=True, exist_ok=True)
    points = [curve.Point(**point) for point in found["points"]]
    name = f"risk-coverage.{found['language']}"
    title = f"Risk and coverage, {found['language']}: own wordings, half of them with their article away"
    (folder / f"{name}.svg").write_text(curve.picture(points, found["judge"]["answer_at"], title), "utf-8")
    (folder / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    yield f"  {folder / name}.svg and .json"


def reindex(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    from bot.knowledge import service

    database = Database(settings.resolved_database_url)
    with database.snapshot() as session:
        articles = [service.for_index(article) for article in service.published(session)]
    database.close()
    yield f"Rebuilding the index from {len(articles)} published articles ..."
    asyncio.run(_replace(settings.knowledge_url, articles))
    yield "The new index answers."


async def _search(url: str, text: str, language: str) -> "Found":
    from knowledge_index.client import KnowledgeClient

    async with KnowledgeClient(url) as client:
        return await client.search(text, language=language)


async def _evaluate(url: str, language: str, precision: float | None) -> dict[str, Any]:
    from knowledge_index.client import KnowledgeClient

    async with KnowledgeClient(url) as client:
        return await client.evaluate(language, precision=precision)


async def _calibrate(url: str, precision: float | None) -> list[dict[str, Any]]:
    from knowledge_index.client import KnowledgeClient

    async with KnowledgeClient(url) as client:
        return await client.calibrate(precision=precision)


async def _replace(url: str, articles: list[dict[str, Any]]) -> None:
    from knowledge_index.client import KnowledgeClient

    async with KnowledgeClient(url) as client:
        await client.replace(articles)
