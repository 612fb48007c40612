"""What errors say, in each language. English stands where the error is raised, and is the key of the catalogue.

`sentences.zh.yml`: `sentences` of errors, `problems` of fields by their kind, `values` that fields of ours are told.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "zh")
MOST_TAGS = 20
VALUE_ERROR = "Value error, "


def told(sentence: str, language: str) -> str | None:
    """`sentence` in `language`; None where the catalogue has it not."""
    return sentence if language == "en" else _catalogue(language)["sentences"].get(sentence)


def fill(template: str, words: dict[str, Any]) -> str:
    return template.format(**words) if words else template


def problem(found: dict[str, Any], language: str) -> str:
    """What is wrong with one field, from pydantic's account of it."""
    plain = str(found["msg"]).removeprefix(VALUE_ERROR)
    if language == "en":
        return plain
    catalogue = _catalogue(language)
    by_kind = catalogue["problems"].get(found["type"])
    return catalogue["values"].get(plain) or (fill(by_kind, _without_or(found.get("ctx") or {})) if by_kind else plain)


def _without_or(ctx: dict[str, Any]) -> dict[str, Any]:
    """Pydantic lists values as `'a', 'b' or 'c'`."""
    expected = ctx.get("expected")
    return {**ctx, "expected": expected.replace(" or ", "、").replace(", ", "、")} if isinstance(expected, str) else ctx


def preferred(accept_language: str) -> str:
    """The language of ours that an `Accept-Language` header ranks highest; English where it names none."""
    ranked = [(-_quality(part), place, part) for place, part in enumerate(accept_language.split(",")[:MOST_TAGS])]
    for rank, _, part in sorted(ranked):
        primary = part.partition(";")[0].strip().lower().partition("-")[0]
        if primary in LANGUAGES and rank < 0:
            return primary
    return "en"


def _quality(part: str) -> float:
    name, _, value = part.partition(";")[2].strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / f"sentences.{language}.yml"
    loaded: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
