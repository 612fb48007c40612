"""Whether a sentence of ours also stands in public data: `python -m bench.nlu.originality [--data ../shared/data]`.

Examples, held-out sentences and starter articles are written by us; what everybody says ("thank you so much") may
coincide, so only sentences of some length are compared, by their letters and digits alone.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from bench import held
from bench.report import figure, say
from bot import wire
from bot.core.settings import PROJECT_ROOT
from knowledge_index import seed

COLUMNS: Final = ("text", "utt", "utterance")
FEWEST_WORDS: Final = 5
FEWEST_CHARACTERS: Final = 8


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.nlu.originality", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    folder = parser.parse_args().data
    public = {bare(text) for text in _public(folder)}
    if not public:
        say(f"{folder} holds no public data: nothing is compared")
        return
    ours = [text for text in (*_examples(), *_articles(), *_held()) if _is_long(text)]
    shared = [text for text in ours if bare(text) in public]
    for text in shared:
        say(f"also public: {text}")
    measure = f"sentences of ours that are public, of {len(ours)}"
    figure("nlu", measure, len(shared), "sentences", target="0", ok=not shared)


def bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _is_long(text: str) -> bool:
    if wire.script_language(text) == "zh":
        return len(bare(text)) >= FEWEST_CHARACTERS
    return len(text.split()) >= FEWEST_WORDS


def _public(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from (row[column] for column in COLUMNS if row.get(column))


def _examples() -> Iterator[str]:
    for path in (*sorted((PROJECT_ROOT / "data" / "nlu").glob("*.yml")), PROJECT_ROOT / "tests/rasa/heldout.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            yield from (line.strip()[2:] for line in entry["examples"].splitlines() if line.strip())


def _articles() -> Iterator[str]:
    for article in seed.articles():
        yield from (article["question"], *article["variants"])


def _held() -> Iterator[str]:
    for language in held.LANGUAGES:
        yield from (message.text for message in held.messages(language))


if __name__ == "__main__":
    main()
