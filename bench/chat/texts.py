"""Texts that the bot has never seen: public questions where their folder is given, else our held-out sentences."""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.report import say
from bot.core.settings import PROJECT_ROOT

PUBLIC = PROJECT_ROOT.parent / "shared" / "data"
CACHED = 50


def never_seen(language: str, data: Path) -> Iterator[str]:
    """Endless texts of `language`; when a file is used up, its texts come again with a number, so never twice."""
    texts = _public(language, data) or _held_out(language)
    for round_number in itertools.count():
        for text in texts:
            yield text if round_number == 0 else f"{text} ({round_number})"


def cached(data: Path) -> Iterator[str]:
    """A few texts over and over: after the first round every embedding is in a cache."""
    return itertools.cycle(list(itertools.islice(never_seen("en", data), CACHED)))


def _public(language: str, data: Path) -> list[str]:
    path = data / ("banking77/test.csv" if language == "en" else "massive/zh-CN_test.csv")
    if not path.exists():
        say(f"{path} is absent: the project's own held-out sentences are used instead")
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = "text" if "text" in rows[0] else "utt"
    return [row[column] for row in rows]


def _held_out(language: str) -> list[str]:
    held = yaml.safe_load((PROJECT_ROOT / "tests" / "rasa" / "heldout.yml").read_text(encoding="utf-8"))
    lines = [line.removeprefix("- ") for entry in held["nlu"] for line in entry["examples"].splitlines() if line]
    chinese = [line for line in lines if any("\u4e00" <= char <= "\u9fff" for char in line)]
    return chinese if language == "zh" else [line for line in lines if line not in set(chinese)]
