"""How right: held-out wordings of the starter articles, and public questions that nobody here wrote.

A public set becomes articles of a few of its training questions each; the shares of its test questions that are
answered, and rightly, are measured against always giving the article of the nearest question by cosine.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.knowledge.public import rows_of
from bench.report import figure, say
from knowledge_index import seed
from knowledge_index.client import Found, KnowledgeClient

ROOM = "knowledge"
QUESTIONS_AN_ARTICLE = 8
ASKED = 400
OUT_OF_SCOPE = "oos"


@dataclass
class PublicSet:
    name: str
    language: str
    articles: dict[str, list[str]]
    asked: list[tuple[str, str]]


async def measure(client: KnowledgeClient, data: Path) -> None:
    await client.replace(seed.articles())
    for language in ("en", "zh"):
        say(f"held-out wordings, {language}")
        report = (await client.evaluate(language))["report"]
        for name, target in (("recall_at_1", 0.7), ("recall_at_3", 0.9), ("answer_precision", 0.95)):
            value = report[name]
            figure(
                ROOM, f"starter articles, {language}, {name}", value, "share", target=f">= {target}", ok=value >= target
            )
        figure(ROOM, f"starter articles, {language}, answered", report["answered"], "share", target="told", ok=True)
    for public in public_sets(data):
        await _measure_public(client, public)


def public_sets(data: Path) -> list[PublicSet]:
    if not data.is_dir():
        say(f"no public data below {data}: nothing measured with it")
        return []
    return [banking(data), clinc(data), massive(data)]


async def _measure_public(client: KnowledgeClient, public: PublicSet) -> None:
    say(f"{public.name}: {len(public.articles)} articles, {len(public.asked)} questions")
    await client.replace([_article(public, label) for label in public.articles])
    found = [(label, await client.search(text, language=public.language, timeout=30)) for text, label in public.asked]
    inside = [(label, one) for label, one in found if label in public.articles]
    outside = [one for label, one in found if label not in public.articles]
    right = [_first(one) == label for label, one in inside]
    answered = [hit for hit, (_, one) in zip(right, inside, strict=True) if one.decision == "answer"]
    nearest = await _nearest(client, public)
    recall, precision = float(np.mean(right)), float(np.mean(answered or [False]))
    figure(
        ROOM,
        f"{public.name}, recall_at_1",
        recall,
        "share",
        target="above the nearest question",
        ok=recall > nearest,
        compared_to={"nearest question by cosine": round(nearest, 3)},
    )
    figure(ROOM, f"{public.name}, answer_precision", precision, "share", target=">= 0.9", ok=precision >= 0.9)
    figure(ROOM, f"{public.name}, answered", len(answered) / len(inside), "share", target="told", ok=True)
    if outside:
        decisions = Counter(one.decision for one in outside)
        wrong = decisions["answer"] / len(outside)
        figure(ROOM, f"{public.name}, answered out of scope", wrong, "share", target="<= 0.02", ok=wrong <= 0.02)


def _first(found: Found) -> str | None:
    return found.hits[0].article_id if found.hits else None


def _article(public: PublicSet, label: str) -> dict[str, object]:
    question, *variants = public.articles[label]
    return {
        "id": label,
        "version": 1,
        "language": public.language,
        "question": question,
        "variants": variants,
        "answer": "–",
    }


async def _nearest(client: KnowledgeClient, public: PublicSet) -> float:
    """The share that the article of the nearest question, by plain cosine, gets right."""
    model = "en" if public.language == "en" else "multi"
    owners = [label for label, texts in public.articles.items() for _ in texts]
    known = await _vectors(client, [text for texts in public.articles.values() for text in texts], model)
    inside = [(text, label) for text, label in public.asked if label in public.articles]
    asked = await _vectors(client, [text for text, _ in inside], model)
    best = (asked @ known.T).argmax(axis=1)
    return float(np.mean([owners[row] == label for row, (_, label) in zip(best, inside, strict=True)]))


async def _vectors(client: KnowledgeClient, texts: Sequence[str], model: str) -> np.ndarray:
    return np.array(await client.embed(texts, model=model, timeout=300), dtype=np.float32)


def banking(data: Path) -> PublicSet:
    known, asked = rows_of(data / "banking77" / "train.csv"), rows_of(data / "banking77" / "test.csv")
    return _public("banking77", "en", known, asked)


def clinc(data: Path) -> PublicSet:
    rows = rows_of(data / "clinc150" / "small.csv")
    known = [row for row in rows if row["split"] == "train"]
    asked = [row for row in rows if row["split"] == "test"]
    outside = [row for row in rows if row["split"] == "oos_test"]
    public = _public("clinc150", "en", known, asked)
    public.asked += [(row["text"], OUT_OF_SCOPE) for row in random.Random(2).sample(outside, ASKED // 2)]
    return public


def massive(data: Path) -> PublicSet:
    known, asked = rows_of(data / "massive" / "zh-CN_train.csv"), rows_of(data / "massive" / "zh-CN_test.csv")
    seen = {row["text"] for row in known}
    return _public("massive zh-CN", "zh", known, [row for row in asked if row["text"] not in seen])


def _public(name: str, language: str, known: Sequence[dict[str, str]], asked: Sequence[dict[str, str]]) -> PublicSet:
    chance = random.Random(1)
    by_label: dict[str, list[str]] = defaultdict(list)
    for row in known:
        by_label[row["label"]].append(row["text"])
    articles = {
        label: chance.sample(texts, min(len(texts), QUESTIONS_AN_ARTICLE))
        for label, texts in sorted(by_label.items())
        if label != OUT_OF_SCOPE
    }
    sample = chance.sample(list(asked), ASKED)
    return PublicSet(name, language, articles, [(row["text"], row["label"]) for row in sample])
