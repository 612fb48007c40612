"""How near a held message comes to what the project already says: by its words in English, by pairs of characters in
Chinese. Only what is near enough to be recognised counts; what everybody says ("thank you") is short and may be alike.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import ceil, floor
from pathlib import Path
from typing import Any, Final

import yaml

from bench.nlu.originality import bare
from bot import wire
from bot.core.settings import PROJECT_ROOT

NEAR: Final = 0.6
"""Shared terms over all terms of both, from which on two sentences count as the same one reworded."""
FEWEST_TERMS: Final = 4
WRITTEN_IN: Final = ("data", "knowledge_index", "bot/understanding", "tests")

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def letters(text: str) -> str:
    """Letters and digits alone; a text that has none as it is."""
    return bare(text) or text.strip()


def terms(text: str) -> frozenset[str]:
    if wire.script_language(text) == "en":
        return frozenset(_WORD.findall(text.casefold()))
    pairs = {"".join(pair) for run in re.split(r"[^\u3400-\u4dbf\u4e00-\u9fff]+", text) for pair in pairwise(run)}
    return frozenset(pairs | set(_WORD.findall(_HAN.sub(" ", text.casefold()))))


class Sentences:
    """What a text is held against: sentences by their letters, and by how many terms they have."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.letters: dict[str, str] = {}
        self.sizes: dict[int, list[tuple[frozenset[str], str]]] = {}
        for sentence in sentences:
            if self.letters.setdefault(letters(sentence), sentence) == sentence:
                found = terms(sentence)
                self.sizes.setdefault(len(found), []).append((found, sentence))

    def near(self, text: str) -> Iterator[str]:
        """Those that say the same in the same words."""
        if same := self.letters.get(letters(text)):
            yield same
        ours = terms(text)
        for size in range(max(FEWEST_TERMS, ceil(NEAR * len(ours))), floor(len(ours) / NEAR) + 1):
            for theirs, sentence in self.sizes.get(size, ()):
                shared = len(ours & theirs)
                if len(ours) >= FEWEST_TERMS and shared >= NEAR * (len(ours) + size - shared):
                    yield sentence


def written() -> Sentences:
    """Every sentence of the project that something is trained on, fitted to or tested with."""
    return Sentences(sentence for folder in WRITTEN_IN for sentence in _sentences(PROJECT_ROOT / folder))


def _sentences(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.yml"):
        yield from _lines(_strings(yaml.safe_load(path.read_text(encoding="utf-8"))))
    for path in folder.rglob("test_*.py"):
        yield from (text for text in _lines(_literals(path)) if len(terms(text)) >= FEWEST_TERMS)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (line for part in text.splitlines() if (line := part.strip().removeprefix("- ")))


def _strings(loaded: Any) -> Iterator[str]:
    if isinstance(loaded, str):
        yield loaded
    elif isinstance(loaded, dict):
        yield from _strings([*loaded.keys(), *loaded.values()])
    elif isinstance(loaded, list):
        for entry in loaded:
            yield from _strings(entry)


def _literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
