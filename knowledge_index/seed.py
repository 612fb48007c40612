"""The starter articles: one YAML file a topic in `seed/`, each entry in both languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from knowledge_index.text import clean

FOLDER = Path(__file__).with_name("seed")
LANGUAGES = ("en", "zh")


class BadSeed(ValueError):
    """A seed file that cannot be used; the message names the file, the entry and the fault."""


def articles(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Every starter article in the shape of `PUT /articles/{id}`, with its id, version 1, sorted by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yml")):
        for article in _read(path):
            if article["id"] in found:
                raise BadSeed(f"{path.name}: {article['id']} stands in the seed twice")
            found[article["id"]] = article
    return [found[article_id] for article_id in sorted(found)]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        entries = yaml.safe_load(path.read_text("utf-8")) or []
    except yaml.YAMLError as fault:
        raise BadSeed(f"{path.name} is not YAML: {fault}") from fault
    if not isinstance(entries, list):
        raise BadSeed(f"{path.name}: a list of entries is expected")
    for entry in entries:
        for language in LANGUAGES:
            yield _wire(path.name, entry, language)


def _wire(file: str, entry: dict[str, Any], language: str) -> dict[str, Any]:
    name = entry.get("id", "an entry without id")
    words = entry.get(language)
    if not isinstance(words, dict):
        raise BadSeed(f"{file}: {name} has no {language}")
    for field in ("question", "answer"):
        if not clean(str(words.get(field) or "")):
            raise BadSeed(f"{file}: {name} has no {field} in {language}")
    return {
        "id": f"{entry['id']}.{language}",
        "version": 1,
        "language": language,
        "question": words["question"].strip(),
        "variants": [str(variant).strip() for variant in words.get("variants") or []],
        "answer": words["answer"].strip(),
        "audience": entry.get("audience", "public"),
        "tags": list(entry.get("tags") or []),
    }
