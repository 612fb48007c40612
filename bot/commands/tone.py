"""The command that learns the tone of anger anew from the example sentences, into the file that the product reads."""

import argparse
import asyncio
import json
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from bot.commands.model import working_knowledge
from bot.core.settings import Settings
from bot.understanding import learn, tone
from bot.up.logs import LogPump
from bot.up.places import Places
from knowledge_index.client import KnowledgeClient, KnowledgeRefused

BATCH = 32
BATCH_SECONDS = 60.0


def relearn(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    places = Places(settings.data_dir.resolve())
    places.make()
    with closing(LogPump(places.logs)) as logs:
        logs.start()
        with working_knowledge(settings, places, logs) as url:
            vectors = asyncio.run(_vectors(url))
    learnt = json.dumps(learn.learnt(vectors), ensure_ascii=False, indent=0)
    tone.LEARNT.write_text(f"{learnt}\n", encoding="utf-8")
    sentences = len(learn.examples())
    yield f"{tone.LEARNT} is learnt from {sentences} sentences. A running process takes it at its next start."


async def _vectors(url: str) -> dict[str, tuple[str, learn.Vectors]]:
    async with KnowledgeClient(url) as knowledge:
        return {key: await _embedded(knowledge, key, texts) for key, texts in learn.texts_by_model().items()}


async def _embedded(knowledge: KnowledgeClient, key: str, texts: list[str]) -> tuple[str, learn.Vectors]:
    rows: list[list[float]] = []
    model = ""
    for first in range(0, len(texts), BATCH):
        embedded = await knowledge.embedded(texts[first : first + BATCH], model=key, timeout=BATCH_SECONDS)
        model = embedded.digest
        rows += [_present(vector) for vector in embedded.vectors]
    return model, np.array(rows, dtype=np.float32)


def _present(vector: list[float] | None) -> list[float]:
    if vector is None:
        raise KnowledgeRefused("invalid", "An example sentence cannot be embedded.")
    return vector
