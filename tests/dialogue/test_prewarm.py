"""Vectors are asked for ahead of their turn, in company where there is time for it."""

import asyncio
import base64
import json
from array import array
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from aiohttp import web

from bot.dialogue import prewarm
from bot.dialogue.prewarm import ENOUGH_TEXTS, Prewarmer
from bot.understanding import tone
from knowledge_index.client import KnowledgeClient
from tests.people import until

Requests: TypeAlias = asyncio.Queue[list[str]]

BROKEN = "a text on which the service fails"
HEARD = "I expected all of you to keep your word"
LEARNT = json.loads(tone.LEARNT.read_text("utf-8"))["vectors"]["en"]
MODEL = LEARNT["digest"]
ANGRY = base64.b64encode(array("f", [weight / 10 for weight in LEARNT["weights"]])).decode()
"""A vector that points where anger lies."""


def serve(journey: Callable[[KnowledgeClient, Requests], Awaitable[None]]) -> None:
    """Run a journey beside a server that takes down which texts come in one request."""

    async def run() -> None:
        requests: asyncio.Queue[list[str]] = asyncio.Queue()

        async def embed(request: web.Request) -> web.Response:
            texts = (await request.json())["input"]
            requests.put_nowait(texts)
            if BROKEN in texts:
                return web.json_response({}, status=503)
            data = [{"index": place, "embedding": ANGRY if text == HEARD else None} for place, text in enumerate(texts)]
            return web.json_response({"data": data, "digest": MODEL})

        app = web.Application()
        app.router.add_post("/v1/embeddings", embed)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with KnowledgeClient(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
            await asyncio.wait_for(journey(client, requests), 60)
        await runner.cleanup()

    asyncio.run(run())


def test_a_text_whose_turn_is_next_is_asked_for_at_once() -> None:
    async def journey(client: KnowledgeClient, requests: Requests) -> None:
        Prewarmer(client, turns_ahead=lambda: 0).add(["my lock is offline"])
        assert await requests.get() == ["my lock is offline"]

    serve(journey)


def test_texts_whose_turns_are_far_off_share_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prewarm, "LONGEST_WAIT_SECONDS", 60.0)
    texts = [f"where is parcel number {number}" for number in range(ENOUGH_TEXTS)]

    async def journey(client: KnowledgeClient, requests: Requests) -> None:
        prewarmer = Prewarmer(client, turns_ahead=lambda: 1_000_000)
        for text in texts:
            prewarmer.add([text])
            await asyncio.sleep(0)
        assert await requests.get() == texts

    serve(journey)


def test_a_text_waits_for_company_only_so_long() -> None:
    async def journey(client: KnowledgeClient, requests: Requests) -> None:
        Prewarmer(client, turns_ahead=lambda: 1_000_000).add(["hello"])
        assert await requests.get() == ["hello"]

    serve(journey)


def test_a_failure_costs_nothing_but_the_warmth() -> None:
    async def journey(client: KnowledgeClient, requests: Requests) -> None:
        prewarmer = Prewarmer(client, turns_ahead=lambda: 0)
        for text in (BROKEN, "hello"):
            prewarmer.add([text])
            assert await requests.get() == [text]

    serve(journey)


def test_the_vector_that_comes_back_tells_how_the_text_sounds() -> None:
    async def journey(client: KnowledgeClient, requests: Requests) -> None:
        before = prewarm.understood(HEARD).anger.value
        prewarmer = Prewarmer(client, turns_ahead=lambda: 0)
        prewarmer.add([HEARD])
        assert await requests.get() == [HEARD]
        await asyncio.to_thread(until, lambda: prewarm.understood(HEARD).anger.value > before)
        anger = prewarm.understood(HEARD).anger
        assert anger.reasons[-1].words == HEARD

    serve(journey)
