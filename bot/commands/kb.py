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
    from bot.knowledge import indexing

    path = Path(arguments.file)
    entries = _read(path)
    database = Database(settings.resolved_database_url)
    with database.transaction() as session:
        added = sum(_do_add(session, entry, f"{path}, article {n}") for n, entry in enumerate(entries, start=1))
        indexing.do_note_import(session, articles=added)
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
