"""The training examples of the Rasa project as its files hold them, and writing more into them where they belong."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot import wire
from bot.core.settings import PROJECT_ROOT

DATA = PROJECT_ROOT / "data" / "nlu"
_INTENT = re.compile(r"^\s*- intent: *(\S+)\s*$")
_EXAMPLE = re.compile(r"^( *)- (.*\S)\s*$")
_MARK = re.compile(r"](?=[({])")
"""What would make an entity of the words before it."""


@dataclass(frozen=True)
class Entry:
    intent: str
    examples: tuple[str, ...]


def entries(path: Path) -> list[Entry]:
    """Every intent of a file with its examples."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []
    return [Entry(one["intent"], tuple(_examples(one["examples"]))) for one in listed if "intent" in one]


def trained(folder: Path = DATA) -> dict[str, str]:
    """The intent by the bare form of each example."""
    files = sorted(folder.glob("*.yml"))
    return {bare(text): entry.intent for path in files for entry in entries(path) for text in entry.examples}


def bare(text: str) -> str:
    """The letters and digits alone: "Hey!" and "hey" are one example written twice."""
    return "".join(character for character in text.casefold() if character.isalnum())


def as_example(text: str) -> str:
    """`text` on one line, without what Rasa would read as the mark of an entity or as a command."""
    line = _MARK.sub("] ", " ".join(text.split()))
    return f"／{line[1:]}" if line.startswith("/") else line


def do_add(folder: Path, *, intent: str, text: str) -> Path | None:
    """Write an example below its intent, after the last one of its language; the file, or None where no file has it.

    All else in the file stays as it is, to the letter.
    """
    for path in sorted(folder.glob("*.yml")):
        lines = path.read_text(encoding="utf-8").split("\n")
        block = [place for place, line in _block(lines, intent)]
        if block:
            language = wire.script_language(text)
            same = [place for place in block if wire.script_language(lines[place]) == language]
            place = (same or block)[-1]
            indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
            lines.insert(place + 1, f"{indent}- {text}")
            path.write_text("\n".join(lines), encoding="utf-8")
            return path
    return None


def _block(lines: Iterable[str], intent: str) -> Iterator[tuple[int, str]]:
    """The lines of an intent's examples with their places."""
    within = False
    for place, line in enumerate(lines):
        named = _INTENT.match(line)
        if named:
            within = named[1] == intent
        elif within and _EXAMPLE.match(line):
            yield place, line


def _examples(block: str) -> Iterator[str]:
    for line in block.splitlines():
        found = _EXAMPLE.match(line)
        if found:
            yield found[2]
