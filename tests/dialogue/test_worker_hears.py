"""A worker in a process of its own hears the tone of a message too, though pre-warming is elsewhere."""

import asyncio
import base64
import json
from array import array
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot import wire
from bot.chat.models import Turn
from bot.dialogue import prewarm
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from bot.dialogue.prewarm import Prewarmer
from bot.understanding import tone
from knowledge_index.client import KnowledgeClient
from tests.people import Ada
from tests.rasa.local_http import serving
from tests.sites import Site, running

WORDS = "I had expected each of you to keep a promise"
LEARNT = json.loads(tone.LEARNT.read_text("utf-8"))["vectors"]["en"]
ANGRY = base64.b64encode(array("f", [weight / 10 for weight in LEARNT["weights"]])).decode()


def embedded(_path: str, body: Any) -> dict[str, Any]:
    return {"data": [{"embedding": ANGRY} for _ in body["input"]], "digest": LEARNT["digest"]}


class AsSlowAsRasa:
    """Answers once the vector has been heard: Rasa needs it as well."""

    name = "rasa"

    async def answer(self, turn: TurnInput) -> EngineReply:
        while not prewarm.understood(turn.text).anger.reasons:  # noqa: ASYNC110  nobody tells that a vector came
            await asyncio.sleep(0.01)
        return EngineReply(("Noted.",), (Signal(wire.SAID, "small_talk", 0.9),), self.name)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is held open."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("hears")
    with (
        serving(embedded) as service,
        running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=AsSlowAsRasa()) as site,
    ):
        answering = site.app.state.parts.answering
        answering.knows = True
        answering.listen = Prewarmer(KnowledgeClient(service.url), turns_ahead=lambda: 0).add
        yield site


def test_the_vector_is_asked_for_when_the_turn_begins_and_heard_before_it_ends(site: Site, ada: Ada) -> None:
    ada.asks(WORDS)
    with site.db.snapshot() as session:
        facts = session.scalars(select(Turn.facts).where(Turn.conversation_id == ada.id)).one()
    assert facts is not None
    assert facts["anger"]["reasons"][-1] == {"words": WORDS, "rule": "tone"}
