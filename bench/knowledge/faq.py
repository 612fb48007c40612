"""Questions matched to articles, from BANKING77: an article a label, its name as the title, three training questions.

Asked are all test questions that do not stand in train. Then half of the articles are away: what is still answered of
the questions that have one, and of those that have none, when the service has been calibrated to the articles that it
holds, by their own wordings alone. Three draws, whose means are told.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from bench.knowledge.public import rows_of
from bench.report import Row, say
from knowledge_index.client import Found, KnowledgeClient

SEEDS = (1, 2, 3)
VARIANTS = 3
NEAREST = 5
AT_ONCE = 16
PRECISIONS = (0.9, 0.85)
"""Stated for all that is answered, where every second question has no article."""
HOW = f"means of draws {', '.join(map(str, SEEDS))}"


@dataclass(frozen=True)
class Drawn:
    """The wordings of each label's article."""

    wordings: dict[str, list[str]]

    def article(self, label: str) -> dict[str, object]:
        return {
            "id": f"{label}.en",
            "version": 1,
            "language": "en",
            "question": label.replace("_", " "),
            "variants": self.wordings[label],
            "answer": "–",
        }


async def measure(client: KnowledgeClient, data: Path) -> None:
    folder = data / "banking77"
    if not folder.is_dir():
        say(f"no {folder}: FAQ matching is not measured")
        return
    known = [(row["text"], row["label"]) for row in rows_of(folder / "train.csv")]
    seen = {_bare(text) for text, _ in known}
    asked = [(row["text"], row["label"]) for row in rows_of(folder / "test.csv") if _bare(row["text"]) not in seen]
    whole = [await _whole(client, _drawn(known, seed), asked) for seed in SEEDS]
    recalls = {"recall_at_1": (0.76, 0.82, 0), "recall_at_5": (0.94, 0.96, 1)}
    for name, (must, stretch, place) in recalls.items():
        Row(f"FAQ matching, {name}", mean(one[place] for one in whole), "share", HOW, must, stretch).show("knowledge")
    for precision in PRECISIONS:
        halves = [await _half(client, _drawn(known, seed), asked, seed, precision) for seed in SEEDS]
        answered, wrongly, right = (mean(one[place] for one in halves) for place in range(3))
        how = f"{HOW}; calibrated to the articles' own wordings for a precision of {precision}"
        away = "FAQ matching with half of the articles away"
        Row(f"{away}, answered", answered, "share", how, 0.5, 0.65).show("knowledge")
        Row(f"{away}, answered without an article", wrongly, "share", how, 0.05, less_is_better=True).show("knowledge")
        Row(f"{away}, right of the answered that have one", right, "share", how, 0.95).show("knowledge")


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _drawn(known: Sequence[tuple[str, str]], seed: int) -> Drawn:
    chance = random.Random(seed)
    by_label: dict[str, list[str]] = {}
    for text, label in known:
        by_label.setdefault(label, []).append(text)
    return Drawn({label: chance.sample(by_label[label], VARIANTS) for label in sorted(by_label)})


async def _whole(client: KnowledgeClient, drawn: Drawn, asked: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Recall at 1 and at 5."""
    say(f"{len(drawn.wordings)} articles, {len(asked)} questions")
    await client.replace([drawn.article(label) for label in drawn.wordings])
    found = await _ask(client, [text for text, _ in asked])
    places = [_places(one) for one in found]
    first = mean(names[:1] == [label] for names, (_, label) in zip(places, asked, strict=True))
    among = mean(label in names for names, (_, label) in zip(places, asked, strict=True))
    return first, among


async def _half(
    client: KnowledgeClient, drawn: Drawn, asked: Sequence[tuple[str, str]], seed: int, precision: float
) -> tuple[float, float, float]:
    """What is answered of questions with an article, of those without, and how much of the first is right."""
    labels = random.Random(seed).sample(sorted(drawn.wordings), len(drawn.wordings) // 2)
    say(f"{len(labels)} of these articles")
    await client.replace([drawn.article(label) for label in labels])
    await client.calibrate(precision=precision)
    found = await _ask(client, [text for text, _ in asked])
    with_one = [(one, label) for one, (_, label) in zip(found, asked, strict=True) if label in labels]
    without = [one for one, (_, label) in zip(found, asked, strict=True) if label not in labels]
    answered = [_places(one)[0] == label for one, label in with_one if one.decision == "answer"]
    return len(answered) / len(with_one), mean(one.decision == "answer" for one in without), mean(answered or [0.0])


def _places(found: Found) -> list[str]:
    return [hit.article_id.removesuffix(".en") for hit in found.hits]


async def _ask(client: KnowledgeClient, texts: Sequence[str]) -> list[Found]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(text: str) -> Found:
        async with gate:
            return await client.search(text, language="en", k=NEAREST, timeout=60)

    return list(await asyncio.gather(*map(one, texts)))
