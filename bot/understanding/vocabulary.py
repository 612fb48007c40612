"""The lists of small words in `function_words.yml`, read once."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

FUNCTION_WORDS = Path(__file__).parent / "function_words.yml"


class Vocabulary(NamedTuple):
    negation: frozenset[str]
    between_negation: frozenset[str]
    courtesy: frozenset[str]
    supposing: tuple[list[str], ...]
    """How a clause begins of which nothing is the case yet."""
    leading: frozenset[str]
    """What may stand before such a beginning."""
    often_misspelt: tuple[str, ...]
    no_slips: frozenset[str]
    codes: tuple[str, ...]
    """The listed languages; of two that are as likely, the first."""
    languages_of: dict[str, frozenset[str]]
    """For every listed word, the codes of the languages that use it."""


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    listed = yaml.safe_load(FUNCTION_WORDS.read_text("utf-8"))
    languages_of: dict[str, frozenset[str]] = {}
    for code, words in listed["languages"].items():
        for word in words.split():
            languages_of[word] = languages_of.get(word, frozenset()) | {code}
    return Vocabulary(
        negation=frozenset(listed["negation"].split()),
        between_negation=frozenset(listed["between_negation"].split()),
        courtesy=frozenset(listed["courtesy"].split()),
        supposing=tuple(phrase.split() for phrase in listed["supposing"]),
        leading=frozenset(listed["leading"].split()),
        often_misspelt=tuple(listed["often_misspelt"].split()),
        no_slips=frozenset(listed["no_slips"].split()),
        codes=tuple(listed["languages"]),
        languages_of=languages_of,
    )
