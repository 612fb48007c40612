"""What one message costs on its way to an answer: understanding, its vector and the search, one after the other.

As a turn does it: facts by `understood`, which keeps those of the newest texts.
"""

import time
from collections.abc import Sequence

from bench.report import Row, percentile
from bot.dialogue.prewarm import understood
from knowledge_index import seed
from knowledge_index.client import KnowledgeClient

MESSAGES = 60
TEMPLATES = {
    "en": "The lock on my door number {} shows as offline since this morning, how do I get it back?",
    "zh": "我家{}号门的门锁从今天早上开始就显示离线了，怎么恢复？",
}
MUST_MS = {"en": 20.0, "zh": 28.0}
STRETCH_MS = 12.0
REPEATED_MS = 2.0


async def measure(client: KnowledgeClient) -> None:
    await client.replace(seed.articles())
    for language, template in TEMPLATES.items():
        texts = [template.format(number) for number in range(MESSAGES)]
        await _took(client, [template.format("zero"), texts[0]], language)
        how = f"p50 of {MESSAGES - 1} texts one after the other, the starter articles, over loopback HTTP"
        new, again = await _took(client, texts[1:], language), await _took(client, texts[1:], language)
        Row(f"one message, {language}, new", new, "ms", how, MUST_MS[language], STRETCH_MS, True).show("knowledge")
        Row(f"one message, {language}, repeated", again, "ms", how, REPEATED_MS, None, True).show("knowledge")


async def _took(client: KnowledgeClient, texts: Sequence[str], language: str) -> float:
    took = []
    for text in texts:
        started = time.perf_counter()
        understood(text)
        await client.search(text, language=language, timeout=30)
        took.append((time.perf_counter() - started) * 1000)
    return percentile(took, 0.5)
