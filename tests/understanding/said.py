"""The room's own sentences, as test cases."""

from pathlib import Path

import yaml

LANGUAGES = ("en", "zh")


def sentences(language: str) -> dict[str, dict[str, list[str]]]:
    path = Path(__file__).parent / f"sentences.{language}.yml"
    found: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text("utf-8"))
    return found


def cases(*kinds: str) -> list[tuple[str, str, str]]:
    """(kind, group, sentence) of the kinds, in both languages."""
    return [
        (kind, group, sentence)
        for language in LANGUAGES
        for kind in kinds
        for group, listed in sentences(language)[kind].items()
        for sentence in listed
    ]


def everything() -> list[str]:
    """Every sentence there is."""
    return [
        sentence
        for language in LANGUAGES
        for groups in sentences(language).values()
        for listed in groups.values()
        for sentence in listed
    ]
