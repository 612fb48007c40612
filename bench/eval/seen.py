"""What the product makes of each message of the hard held set: trained intents, search, and facts."""

import asyncio
import functools
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.held import LANGUAGES, NO_INTENT, Message, messages
from bot.core.settings import PROJECT_ROOT
from bot.learning import held
from bot.understanding import facts
from bot.understanding.facts import Facts
from bot.up.asking import Guess, guesses
from bot.up.logs import LogPump
from bot.up.places import MODELS_DIR, Places
from bot.up.training import ensure_model
from knowledge_index import seed
from knowledge_index.client import Found, KnowledgeClient

BATCH = 64
SEARCHES = "action_answer"
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Seen:
    """`answered`: the articles that it would be answered with; none where its intent leads elsewhere."""

    language: str
    message: Message
    intent: str
    action: str
    decision: str
    answered: frozenset[str]
    facts: Facts

    @property
    def right_answer(self) -> bool:
        wanted = {f"{name}.{self.language}" for name in (*self.message.articles, *self.message.also)}
        return bool(self.answered & wanted)


async def look(client: KnowledgeClient, url: str) -> list[Seen]:
    """Every message of both languages, without what it denies, as a turn asks. The service's articles are replaced by
    the starter ones."""
    await client.replace(seed.articles())
    said = [(language, message) for language in LANGUAGES for message in messages(language)]
    read = await _read(client, [message.text for _, message in said])
    asked = [one.denial.rest or message.text for one, (_, message) in zip(read, said, strict=True)]
    intents = await asyncio.to_thread(_intents, asked, url)
    actions = leads_to()
    found = []
    for (language, message), seen, guess in zip(said, read, intents, strict=True):
        searched = await _search(client, seen, message.text) if actions[guess.intent] == SEARCHES else None
        answered = frozenset(hit.article_id for hit in searched.answers()) if searched else frozenset()
        decision = searched.decision if searched else "elsewhere"
        found.append(Seen(language, message, guess.intent, actions[guess.intent], decision, answered, seen))
    return found


@functools.cache
def leads_to() -> dict[str, str]:
    """The action that each intent leads to, by the project's rules; what fits none is searched."""
    found = {NO_INTENT: SEARCHES}
    for path in sorted((PROJECT_ROOT / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            first, second = rule["steps"]
            found.update({step["intent"]: second["action"] for step in first.get("or", [first])})
    return found


async def _search(client: KnowledgeClient, seen: Facts, text: str) -> Found:
    """As the action asks."""
    foreign = seen.embedding == "multi" and seen.reply_language == "en"
    return await client.search(
        seen.denial.rest or seen.text or text,
        language="und" if foreign else seen.reply_language,
        timeout=PATIENCE_SECONDS,
    )


async def _read(client: KnowledgeClient, texts: Sequence[str]) -> list[Facts]:
    """The facts of each text with what its vector adds; the vectors are warm for whoever asks next."""
    plain = [facts.read(text) for text in texts]
    found = dict(enumerate(plain))
    for model in sorted({one.embedding for one in plain}):
        places = [place for place, one in enumerate(plain) if one.embedding == model]
        for start in range(0, len(places), BATCH):
            part = places[start : start + BATCH]
            got = await client.embedded([texts[place] for place in part], model=model, timeout=PATIENCE_SECONDS)
            for place, vector in zip(part, got.vectors, strict=True):
                if vector is not None:
                    found[place] = facts.with_vector(plain[place], vector, model=got.digest)
    return [found[place] for place in range(len(texts))]


def _intents(texts: Sequence[str], url: str) -> list[Guess]:
    """By the model of the project as it stands, trained now where it is not kept."""
    with tempfile.TemporaryDirectory(prefix="firebreak-eval-") as folder:
        os.environ.setdefault(MODELS_DIR, str(PROJECT_ROOT / "models"))
        places = Places(Path(folder))
        places.make()
        with closing(LogPump(places.logs)) as logs:
            logs.start()
            model = ensure_model(places, knowledge_url=url, logs=logs, wait=time.sleep)
        asked: list[tuple[str, dict[str, Any]]] = [(text, {**held.told(text)}) for text in texts]
        return guesses(model, asked, places=places, knowledge_url=url)
