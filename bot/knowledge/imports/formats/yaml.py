"""YAML: articles, or entries that hold their question and answer below `en` and `zh`."""

from collections.abc import Iterator
from typing import Any

import yaml

from bot.knowledge.imports.formats import text
from bot.knowledge.imports.formats.base import Format, Row, Unreadable
from bot.knowledge.imports.formats.json import listed, rows

LANGUAGES = ("en", "zh")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def loaded(source: str) -> Any:
    """What a YAML text says. Raises Unreadable."""
    try:
        if "*" in source:
            _check_aliases(source)
        return yaml.load(source, LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        words = {"problem": " ".join(str(error).split())}
        raise Unreadable("This is no YAML ({problem}).", words=words) from error


def _check_aliases(source: str) -> None:
    """A few lines of them unfold into gigabytes. Raises YAMLError."""
    alias = next((event for event in yaml.parse(source, LOADER) if isinstance(event, yaml.AliasEvent)), None)
    if alias is not None:
        line = alias.start_mark.line + 1 if alias.start_mark else "?"
        raise yaml.YAMLError(f"line {line}: aliases are not read")


def read(data: bytes, _name: str) -> Iterator[Row]:
    for row in rows(listed(loaded(text.decoded(data)) or [])):
        yield from _by_language(row)


def _by_language(row: Row) -> Iterator[Row]:
    entry = row.fields
    languages = [language for language in LANGUAGES if isinstance(entry.get(language), dict)]
    if not languages:
        yield row
        return
    shared = {name: value for name, value in entry.items() if name not in (*LANGUAGES, "id")}
    for language in languages:
        own = {"id": f"{entry['id']}.{language}"} if "id" in entry else {}
        yield Row(row.number, {**shared, **own, "language": language, **entry[language]}, place=language)


FORMAT = Format("yaml", read, endings=(".yml", ".yaml"), media_type="application/yaml; charset=utf-8")
