"""Commands on the knowledge base: import a file, search, evaluate, rebuild the index."""

import argparse
import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from sqlalchemy.orm import Session

from bot.commands.trouble import Trouble
from bot.core.db import Database
from bot.core.settings import Settings

if TYPE_CHECKING:
    from knowledge_index.client import Found

LANGUAGES = ("en", "zh")
LISTS = ("variants", "tags")


def import_file(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Publish the articles of a file, all or none. One whose id exists stays as it is: an import may be repeated."""
    path = Path(arguments.file)
    entries = _read(path)
    database = Database(settings.resolved_database_url)
    with database.transaction() as session:
        added = sum(_do_add(session, entry, f"{path}, article {n}") for n, entry in enumerate(entries, start=1))
    database.close()
    yield f"{added} articles published, {len(entries) - added} were there already."


def _do_add(session: Session, entry: dict[str, Any], where: str) -> bool:
    from pydantic import ValidationError

    from bot.knowledge import service
    from bot.knowledge.models import Article, Status
    from bot.knowledge.schemas import ArticleIn

    article_id = str(entry.get("id") or "") or None
    if article_id and session.get(Article, article_id):
        return False
    try:
        given = ArticleIn.model_validate(entry)
    except ValidationError as error:
        flaw = error.errors()[0]
        field = ".".join(str(part) for part in flaw["loc"])
        raise Trouble(f"{where}: {field}: {flaw['msg']}. Nothing was imported.") from error
    article = service.do_create(session, given=given, by=None, article_id=article_id)
    service.do_set_status(session, article=article, status=Status.PUBLISHED, by=None)
    return True


def search(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    from bot.understanding import facts

    language = arguments.language or facts.read(arguments.text).language
    found = asyncio.run(_search(settings.knowledge_url, arguments.text, language))
    yield f"{found.decision} (confidence {found.confidence:.2f}, language {found.language})"
    yield from (f"  {hit.score:.2f}  {hit.article_id:<32} {hit.question}" for hit in found.hits)


def evaluate(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    """Every variant is asked as if nobody had written it; the service works on a copy of its index."""
    for language in LANGUAGES:
        yield f"{language}: asking every variant of every article ..."
        report = asyncio.run(_evaluate(settings.knowledge_url, language))
        yield from (f"  {name:<24} {value}" for name, value in report.items() if name != "language")


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


async def _evaluate(url: str, language: str) -> dict[str, Any]:
    from knowledge_index.client import KnowledgeClient

    async with KnowledgeClient(url) as client:
        return await client.evaluate(language)


async def _replace(url: str, articles: list[dict[str, Any]]) -> None:
    from knowledge_index.client import KnowledgeClient

    async with KnowledgeClient(url) as client:
        await client.replace(articles)


def _read(path: Path) -> list[dict[str, Any]]:
    """The articles of a YAML file (as knowledge_index/seed/), a JSON list or JSON lines, or a CSV with a header."""
    readers = {".yml": _yaml, ".yaml": _yaml, ".json": _json, ".jsonl": _json_lines, ".csv": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Trouble(f"{path}: articles are read from {', '.join(readers)} files.")
    try:
        return reader(path.read_text(encoding="utf-8-sig"), path)
    except FileNotFoundError as error:
        raise Trouble(f"{path}: there is no such file.") from error
    except ValueError as error:
        raise Trouble(f"{path}: cannot be read ({error}).") from error


def _yaml(text: str, path: Path) -> list[dict[str, Any]]:
    """Plain articles, or entries that hold their question and answer below `en` and `zh`."""
    try:
        entries = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        raise Trouble(f"{path}: is not YAML ({' '.join(str(error).split())}).") from error
    found = []
    for entry in _listed(entries, path):
        languages = [language for language in LANGUAGES if isinstance(entry.get(language), dict)]
        shared = {name: value for name, value in entry.items() if name not in (*LANGUAGES, "id")}
        for language in languages:
            own = {"id": f"{entry['id']}.{language}"} if "id" in entry else {}
            found.append({**shared, **own, "language": language, **entry[language]})
        if not languages:
            found.append(entry)
    return found


def _json(text: str, path: Path) -> list[dict[str, Any]]:
    return _listed(json.loads(text), path)


def _json_lines(text: str, path: Path) -> list[dict[str, Any]]:
    return _listed([json.loads(line) for line in text.splitlines() if line.strip()], path)


def _listed(found: Any, path: Path) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Trouble(f"{path}: a list of articles is expected.")
    return found


def _csv(text: str, _path: Path) -> list[dict[str, Any]]:
    return [_row(row) for row in csv.DictReader(io.StringIO(text))]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    found = {name.strip().lower(): value for name, value in row.items() if name and value}
    for name in LISTS:
        if name in found:
            found[name] = [part.strip() for part in found[name].split("|") if part.strip()]
    return found
