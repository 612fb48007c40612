"""Public questions as they lie in their files, and as a set for matching questions to articles."""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Labelled = tuple[str, str]


@dataclass(frozen=True)
class Faq:
    """Questions with the label of the article that answers them: `known` may be wordings, `asked` may not."""

    name: str
    language: str
    titles: Mapping[str, str]
    known: Sequence[Labelled]
    asked: Sequence[Labelled]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def banking(folder: Path) -> Faq:
    known, asked = rows_of(folder / "train.csv"), rows_of(folder / "test.csv")
    titles = {row["label"]: row["label"].replace("_", " ") for row in known}
    return _faq("BANKING77", "en", titles, known, asked)


def massive(folder: Path) -> Faq:
    known, asked = rows_of(folder / "zh-CN_train.csv"), rows_of(folder / "zh-CN_test.csv")
    titles = {row["label"]: row["label_zh"] for row in known}
    return _faq("MASSIVE zh-CN", "zh", titles, known, asked)


def _faq(
    name: str,
    language: str,
    titles: Mapping[str, str],
    known: Sequence[Mapping[str, str]],
    asked: Sequence[Mapping[str, str]],
) -> Faq:
    """What stands in both parts is not asked."""
    seen = {_bare(row["text"]) for row in known}
    fresh = [(row["text"], row["label"]) for row in asked if _bare(row["text"]) not in seen]
    return Faq(name, language, titles, [(row["text"], row["label"]) for row in known], fresh)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def drawn(known: Sequence[Labelled], seed: int, many: int) -> dict[str, list[str]]:
    """So many wordings of each label."""
    chance = random.Random(seed)
    by_label: dict[str, list[str]] = {}
    for text, label in known:
        by_label.setdefault(label, []).append(text)
    return {label: chance.sample(by_label[label], min(many, len(by_label[label]))) for label in sorted(by_label)}
