"""Intercom: the JSON of its articles endpoint, with the translations that an article carries."""

from collections.abc import Iterator
from typing import Any

from bot.knowledge.imports.formats import html, json
from bot.knowledge.imports.formats.base import Format, Row


def knows(document: Any) -> bool:
    """Whether it looks like one: a list in `data` whose entries are of type "article"."""
    entries = document.get("data") if isinstance(document, dict) else None
    first = entries[0] if isinstance(entries, list) and entries else None
    return isinstance(first, dict) and first.get("type") == "article"


def read(data: bytes, _name: str) -> Iterator[Row]:
    for row in json.rows(json.document(data)):
        if not row.fields:
            yield row
            continue
        own = str(row.fields.get("default_locale") or "")
        yield Row(row.number, _fields(row.fields, row.fields, own))
        for locale, other in _translations(row.fields, own):
            yield Row(row.number, _fields(row.fields, other, locale), place=locale)


def _translations(entry: dict[str, Any], own: str) -> Iterator[tuple[str, dict[str, Any]]]:
    translated = entry.get("translated_content")
    for locale, other in translated.items() if isinstance(translated, dict) else ():
        if isinstance(other, dict) and locale != own and other.get("title"):
            yield locale, other


def _fields(entry: dict[str, Any], words: dict[str, Any], locale: str) -> dict[str, Any]:
    found = {
        "question": words.get("title"),
        "answer": html.markdown(str(words.get("body") or "")) or None,
        "language": locale,
        "external_id": f"intercom-{entry['id']}" if entry.get("id") else None,
        "status": "draft" if words.get("state") == "draft" else None,
    }
    return {name: value for name, value in found.items() if value}


FORMAT = Format("intercom", read)
