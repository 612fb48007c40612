"""How fast: start, publishing, embedding, searching. Texts are never seen before unless the measure says cached."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bench.knowledge.running import Service
from bench.report import figure, percentile, say
from knowledge_index import seed
from knowledge_index.client import KnowledgeClient

ROOM = "knowledge"
AT_ONCE = 32
TEXTS = 400
TEMPLATES = {
    "en": "Hello, my order {} was due yesterday and the tracking page has not changed since, where is it now?",
    "multi": "你好，我的订单{}昨天就该到了，物流一直没有更新，现在到哪里了？",
}
NEWS = {
    "id": "bench.en",
    "version": 1,
    "language": "en",
    "question": "Do you rent out telescopes?",
    "variants": ["telescope hire", "can I borrow a telescope"],
    "answer": "Yes, for a week at a time. Book it in the shop.",
}


async def measure(service: Service) -> None:
    start, client = service.seconds_to_ready, service.client
    figure(
        ROOM, "start until it listens", service.seconds_to_listen, "s", target="<= 2", ok=service.seconds_to_listen <= 2
    )
    figure(ROOM, "start until it answers", start, "s", target="<= 8", ok=start <= 8)
    await _publishing(client)
    for model, template in TEMPLATES.items():
        await _embedding(client, model, template)
    await _searching(client)
    memory = service.resident_megabytes()
    figure(ROOM, "resident memory", memory, "MB", target="<= 800", ok=memory <= 800)


async def _publishing(client: KnowledgeClient) -> None:
    articles = seed.articles()
    say(f"indexing {len(articles)} starter articles")
    started = time.perf_counter()
    await client.replace(articles)
    took = time.perf_counter() - started
    figure(ROOM, f"index {len(articles)} articles from nothing", took, "s", target="<= 45", ok=took <= 45)
    started = time.perf_counter()
    await client.put_article(NEWS)
    found = await client.search("do you rent telescopes", language="en")
    took = time.perf_counter() - started
    right = bool(found.hits) and found.hits[0].article_id == NEWS["id"]
    figure(ROOM, "publish until found", took, "s", target="<= 1", ok=right and took <= 1)


async def _embedding(client: KnowledgeClient, model: str, template: str) -> None:
    say(f"embedding with {model}")
    texts = [template.format(number) for number in range(TEXTS)]

    async def embed(text: str) -> None:
        await client.embed([text], model=model, timeout=30)

    rate = await _rate(embed, texts)
    target = 150 if model == "en" else 45
    figure(ROOM, f"texts embedded, {model}, {AT_ONCE} at once", rate, "1/s", target=f">= {target}", ok=rate >= target)
    alone = await _alone(embed, [template.format(f"alone {number}") for number in range(40)])
    figure(ROOM, f"embed one text, {model}, p50", alone, "ms", target="<= 30", ok=alone <= 30)
    cached = await _alone(embed, texts[:100])
    figure(ROOM, f"embed a cached text, {model}, p50", cached, "ms", target="<= 2", ok=cached <= 2)


async def _searching(client: KnowledgeClient) -> None:
    for language, model in (("en", "en"), ("zh", "multi")):

        async def ask(text: str, language: str = language) -> None:
            await client.search(text, language=language, timeout=30)

        texts = [TEMPLATES[model].format(f"search {number}") for number in range(TEXTS)]
        rate = await _rate(ask, texts)
        target = 120 if language == "en" else 40
        figure(ROOM, f"searches, {language}, {AT_ONCE} at once", rate, "1/s", target=f">= {target}", ok=rate >= target)
        took = await _alone(ask, texts[:100])
        figure(ROOM, f"search with a cached vector, {language}, p50", took, "ms", target="<= 8", ok=took <= 8)


async def _rate(call: Callable[[str], Awaitable[None]], texts: Sequence[str]) -> float:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(text: str) -> None:
        async with gate:
            await call(text)

    started = time.perf_counter()
    await asyncio.gather(*map(one, texts))
    return len(texts) / (time.perf_counter() - started)


async def _alone(call: Callable[[str], Awaitable[Any]], texts: Sequence[str]) -> float:
    took = []
    for text in texts:
        started = time.perf_counter()
        await call(text)
        took.append((time.perf_counter() - started) * 1000)
    return percentile(took, 0.5)
