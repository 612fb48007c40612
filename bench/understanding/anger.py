"""How well anger is told from all else: on GoEmotions, of which nothing was learnt, and on sentences of our own."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.report import Row
from bot.understanding import facts, learn, tone
from bot.understanding.facts import Facts
from bot.understanding.learn import Example, Vectors
from knowledge_index.client import KnowledgeClient

ANGRY_LABELS = frozenset({"anger", "annoyance"})
LEXICONS = {"VADER": 0.761, "AFINN": 0.776}
"""AUROC on the test part, measured once with the published lexicons."""
PARTS = 5
BATCH = 32
PATIENCE_SECONDS = 120.0
UNTAUGHT = "nothing learnt from it"


async def goemotions(path: Path, client: KnowledgeClient) -> list[Row]:
    """Anger and annoyance against the rest in one of its parts."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    angry = [bool(ANGRY_LABELS & set(row["labels"].split("|"))) for row in rows]
    by_words = [facts.read(row["text"]) for row in rows]
    by_vector = await with_vectors(client, [row["text"] for row in rows], by_words)
    name = f"anger and annoyance against the rest, GoEmotions {path.stem}"
    rules = auroc([seen.heard.wording.value for seen in by_words], angry)
    words = auroc([seen.anger.value for seen in by_words], angry)
    both = auroc([seen.anger.value for seen in by_vector], angry)
    return [
        Row(name, both, "AUROC", UNTAUGHT, must=0.81, stretch=0.85, compared_to=LEXICONS),
        Row(f"{name}, before the vector has come", words, "AUROC", UNTAUGHT, compared_to=LEXICONS),
        Row(f"{name}, rules alone", rules, "AUROC", UNTAUGHT, compared_to=LEXICONS),
    ]


async def with_vectors(client: KnowledgeClient, texts: Sequence[str], by_words: Sequence[Facts]) -> list[Facts]:
    """The facts with what each text's vector adds. Short texts share a pass with short ones."""
    order = sorted(range(len(texts)), key=lambda place: (by_words[place].embedding, len(texts[place])))
    heard = list(by_words)
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        for model in sorted({by_words[place].embedding for place in batch}):
            places = [place for place in batch if by_words[place].embedding == model]
            read = [by_words[place].text for place in places]
            got = await client.embedded(read, model=model, timeout=PATIENCE_SECONDS)
            for place, vector in zip(places, got.vectors, strict=True):
                if vector is not None:
                    heard[place] = facts.with_vector(by_words[place], vector, model=got.digest)
    return heard


async def own(client: KnowledgeClient) -> list[Row]:
    """The sentences that tone is learnt from, each heard by heads that were learnt without it."""
    taught = learn.examples()
    vectors = {key: await _vectors(client, key, texts) for key, texts in learn.texts_by_model().items()}
    rows: list[Row] = []
    for language in learn.LANGUAGES:
        key = "en" if language == "en" else "multi"
        among = [one for one in taught if one.language in learn.MODELS[key]]
        asked = [place for place, one in enumerate(among) if one.language == language]
        odds = dict(_left_out(among, vectors[key]))
        angry = [learn.ANGER_IN.get(among[place].group, 0.0) == 1.0 for place in asked]
        seen = [facts.read(among[place].text) for place in asked]
        values = [one.heard.score(odds[place]).value for one, place in zip(seen, asked, strict=True)]
        how = f"{len(asked)} own sentences, heads learnt without them"
        rows.append(Row(f"anger against the rest, {language}", auroc(values, angry), "AUROC", how))
        alone = auroc([odds[place] for place in asked], angry)
        rows.append(Row(f"anger against the rest, {language}, vector's tone alone", alone, "AUROC", how))
    return rows


def _left_out(among: Sequence[Example], vectors: Vectors) -> Iterator[tuple[int, float]]:
    """Each example's place and its odds of anger by a head that was learnt from the other parts."""
    part_of = np.random.default_rng(0).permutation(len(among)) % PARTS
    for part in range(PARTS):
        rest = np.flatnonzero(part_of != part)
        head = learn.vector_head([among[int(place)] for place in rest], vectors[rest], model="")
        for place in np.flatnonzero(part_of == part):
            yield int(place), head["bias"] + float(np.dot(head["weights"], vectors[place]))


async def _vectors(client: KnowledgeClient, model: str, texts: Sequence[str]) -> Vectors:
    rows: list[list[float]] = []
    for first in range(0, len(texts), BATCH):
        got = await client.embedded(texts[first : first + BATCH], model=model, timeout=PATIENCE_SECONDS)
        rows += [vector for vector in got.vectors if vector is not None]
    return np.array(rows, dtype=np.float32)


def auroc(values: Sequence[float], positives: Sequence[bool]) -> float:
    """The chance that a positive stands above a negative; a tie counts half (Mann-Whitney)."""
    below = rank_sum = 0.0
    groups: dict[float, list[bool]] = {}
    for value, positive in zip(values, positives, strict=True):
        groups.setdefault(value, []).append(positive)
    for value in sorted(groups):
        hits = sum(groups[value])
        misses = len(groups[value]) - hits
        rank_sum += hits * (below + misses / 2)
        below += misses
    return rank_sum / (sum(positives) * (len(positives) - sum(positives)))


def size() -> Row:
    kilobytes = tone.LEARNT.stat().st_size / 1024
    return Row("what is learnt of tone, on disk", kilobytes, "kB", "", must=200, less_is_better=True)
