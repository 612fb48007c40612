"""Zendesk Guide: the JSON of its articles endpoint, pages of it together, drafts included."""

from collections.abc import Iterator
from typing import Any

from bot.knowledge.imports.formats import html, json
from bot.knowledge.imports.formats.base import Format, Row


def knows(document: Any) -> bool:
    """Whether it looks like one: articles with a title, a body and a locale."""
    entries = document.get("articles") if isinstance(document, dict) else None
    first = entries[0] if isinstance(entries, list) and entries else None
    return isinstance(first, dict) and {"title", "body", "locale"} <= {*first}


def read(data: bytes, _name: str) -> Iterator[Row]:
    document = json.document(data)
    sections = _named(document, "sections")
    for row in json.rows(document):
        yield Row(row.number, _fields(row.fields, sections), flaws=row.flaws) if row.fields else row


def _named(document: Any, kind: str) -> dict[Any, str]:
    entries = document.get(kind) if isinstance(document, dict) else None
    return {one.get("id"): str(one.get("name")) for one in entries or () if isinstance(one, dict)}


def _fields(entry: dict[str, Any], sections: dict[Any, str]) -> dict[str, Any]:
    locale = str(entry.get("locale") or entry.get("source_locale") or "")
    found = {
        "question": entry.get("title") or entry.get("name"),
        "answer": html.markdown(str(entry.get("body") or "")) or None,
        "language": locale,
        "tags": [str(tag) for tag in entry.get("label_names") or ()],
        "category": sections.get(entry.get("section_id")),
        "external_id": f"zendesk-{entry['id']}" if entry.get("id") else None,
        "status": "draft" if entry.get("draft") else None,
        "audience": "agents" if entry.get("user_segment_id") else None,
    }
    return {name: value for name, value in found.items() if value}


FORMAT = Format("zendesk", read)
