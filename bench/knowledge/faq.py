"""Questions matched to articles: an article a label, its name as the title, three training questions as variants.

Asked are test questions that do not stand in train. Then half of the articles are away: what is still answered of the
questions that have one, and of those that have none, when the service has been calibrated to the articles that it
holds, by their own wordings alone. Three draws, whose means are told.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from bench.knowledge import baselines, public
from bench.knowledge.public import Faq, Labelled
from bench.report import Row, say
from knowledge_index.client import Found, KnowledgeClient

SEEDS = (1, 2, 3)
VARIANTS = 3
NEAREST = 5
AT_ONCE = 16
PRECISIONS = (0.9, 0.85)
"""Stated for all that is answered, where every second question has no article."""
HOW = f"means of draws {', '.join(map(str, SEEDS))}"
MOST_ASKED = {"en": 10_000, "zh": 1_000}
"""E5 takes its time."""

Wanted = tuple[float, float]
Wordings = Mapping[str, Sequence[str]]
SETS: tuple[tuple[str, Callable[[Path], Faq]], ...] = (("banking77", public.banking), ("massive", public.massive))
RECALLS: dict[str, dict[int, Wanted]] = {"BANKING77": {1: (0.76, 0.82), 5: (0.94, 0.96)}}
ANSWERED: dict[str, Wanted] = {"BANKING77": (0.5, 0.65)}


@dataclass(frozen=True)
class Half:
    """Shares: what is answered of questions with an article, of those without, how much of the first is right."""

    answered: float
    wrongly: float
    right: float


async def measure(client: KnowledgeClient, data: Path) -> None:
    for folder, read in SETS:
        if not (data / folder).is_dir():
            say(f"no {data / folder}: FAQ matching is not measured with it")
            continue
        faq = read(data / folder)
        asked = random.Random(0).sample(list(faq.asked), min(len(faq.asked), MOST_ASKED[faq.language]))
        await _whole(client, faq, asked)
        for precision in PRECISIONS:
            await _half(client, faq, asked, precision)


def _wordings(faq: Faq, seed: int) -> Wordings:
    return {label: [faq.titles[label], *texts] for label, texts in public.drawn(faq.known, seed, VARIANTS).items()}


def _article(label: str, wordings: Sequence[str], language: str) -> dict[str, object]:
    title, *variants = wordings
    return {
        "id": f"{label}.{language}",
        "version": 1,
        "language": language,
        "question": title,
        "variants": variants,
        "answer": "–",
    }


async def _hold(client: KnowledgeClient, faq: Faq, wordings: Wordings, labels: Sequence[str]) -> None:
    say(f"{faq.name}: {len(labels)} articles")
    await client.replace([_article(label, wordings[label], faq.language) for label in labels])


async def _whole(client: KnowledgeClient, faq: Faq, asked: Sequence[Labelled]) -> None:
    texts = [text for text, _ in asked]
    ways: dict[str, list[baselines.Ranked]] = {"ours": [], "BM25": [], "nearest wording by cosine": []}
    for seed in SEEDS:
        wordings = _wordings(faq, seed)
        await _hold(client, faq, wordings, [*wordings])
        ways["ours"].append([_labels(found) for found in await _ask(client, texts, faq.language)])
        ways["BM25"].append(baselines.by_words(wordings, texts, faq.language))
        ways["nearest wording by cosine"].append(await baselines.by_cosine(client, wordings, texts, faq.language))
    for many in (1, 5):
        shares = {way: round(mean(_recall(one, asked, many) for one in ranked), 3) for way, ranked in ways.items()}
        must, stretch = RECALLS.get(faq.name, {}).get(many, (None, None))
        name, how = f"FAQ matching, {faq.name}, recall_at_{many}", f"{HOW}; {len(asked)} questions"
        Row(name, shares.pop("ours"), "share", how, must, stretch, compared_to=shares).show("knowledge")


def _recall(ranked: baselines.Ranked, asked: Sequence[Labelled], many: int) -> float:
    return mean(label in labels[:many] for labels, (_, label) in zip(ranked, asked, strict=True))


async def _half(client: KnowledgeClient, faq: Faq, asked: Sequence[Labelled], precision: float) -> None:
    halves = [await _half_away(client, faq, asked, seed, precision) for seed in SEEDS]
    how = f"{HOW}; calibrated to the articles' own wordings for a precision of {precision}"
    away = f"FAQ matching, {faq.name}, half of the articles away"
    must, stretch = ANSWERED.get(faq.name, (None, None))
    wrongly, right = (0.05, 0.95) if must else (None, None)
    Row(f"{away}, answered", mean(one.answered for one in halves), "share", how, must, stretch).show("knowledge")
    Row(
        f"{away}, answered without an article", mean(one.wrongly for one in halves), "share", how, wrongly, None, True
    ).show("knowledge")
    Row(f"{away}, right of the answered that have one", mean(one.right for one in halves), "share", how, right).show(
        "knowledge"
    )


async def _half_away(client: KnowledgeClient, faq: Faq, asked: Sequence[Labelled], seed: int, precision: float) -> Half:
    wordings = _wordings(faq, seed)
    labels = random.Random(seed).sample(sorted(wordings), len(wordings) // 2)
    await _hold(client, faq, wordings, labels)
    await client.calibrate(precision=precision)
    found = await _ask(client, [text for text, _ in asked], faq.language)
    with_one = [(one, label) for one, (_, label) in zip(found, asked, strict=True) if label in labels]
    without = [one for one, (_, label) in zip(found, asked, strict=True) if label not in labels]
    right = [_labels(one)[0] == label for one, label in with_one if one.decision == "answer"]
    return Half(len(right) / len(with_one), mean(one.decision == "answer" for one in without), mean(right or [0.0]))


def _labels(found: Found) -> list[str]:
    return [hit.article_id.rsplit(".", 1)[0] for hit in found.hits]


async def _ask(client: KnowledgeClient, texts: Sequence[str], language: str) -> list[Found]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(text: str) -> Found:
        async with gate:
            return await client.search(text, language=language, k=NEAREST, timeout=60)

    return list(await asyncio.gather(*map(one, texts)))
