"""Whether a conversation grows dearer: its 200th turn beside its 5th, by time and by processor time."""

import asyncio
from dataclasses import dataclass, field

import aiohttp

from bench.chat import turns
from bench.chat.customers import Line, open_line
from bench.load import processes
from bench.product import Product
from bench.report import figure, percentile, say

EARLY, LATE = range(3, 8), range(198, 203)
"""The turns around the 5th and around the 200th."""
CONVERSATIONS = 5
QUESTIONS = (
    "Where is my order, and how can I track it?",
    "How do I return something, and how long do I have?",
    "How do I get an invoice for my order?",
)
"""Articles of the demo shop, in turn: what is answered the same way twice running hands over to a person."""
TARGET = 1.2


@dataclass
class Stretch:
    """What turns of one age cost, over all conversations."""

    waits: list[float] = field(default_factory=list)
    cpu: float = 0.0


async def measure(product: Product) -> None:
    say(f"{CONVERSATIONS} conversations of {LATE.stop - 1} turns")
    early, late = Stretch(), Stretch()
    async with aiohttp.ClientSession() as http:
        for _ in range(CONVERSATIONS):
            line = await open_line(http, product.url)
            listener = asyncio.create_task(line.listen())
            await _go_on(product, line, range(1, EARLY.start), Stretch())
            await _go_on(product, line, EARLY, early)
            await _go_on(product, line, range(EARLY.stop, LATE.start), Stretch())
            await _go_on(product, line, LATE, late)
            await line.close()
            listener.cancel()
    by_time = percentile(late.waits, 0.5) / percentile(early.waits, 0.5)
    by_cpu = late.cpu / early.cpu
    count = len(early.waits)
    figure(
        "chat",
        "the 200th turn of a conversation against its 5th",
        by_time,
        "times",
        target=f"<= {TARGET}",
        ok=by_time <= TARGET and by_cpu <= TARGET,
        compared_to={
            "by_processor_time": round(by_cpu, 3),
            "early_p50_ms": round(percentile(early.waits, 0.5) * 1000, 1),
            "late_p50_ms": round(percentile(late.waits, 0.5) * 1000, 1),
            "early_cpu_ms_a_turn": round(early.cpu * 1000 / count, 1),
            "late_cpu_ms_a_turn": round(late.cpu * 1000 / count, 1),
            "turns_each": count,
        },
    )


async def _go_on(product: Product, line: Line, numbers: range, into: Stretch) -> None:
    """Take these turns of the conversation, one after the other."""
    before = _cpu(product)
    for number in numbers:
        waited, _ = await turns.ask(line, QUESTIONS[number % len(QUESTIONS)])
        if line.state != "bot":
            raise RuntimeError(f"turn {number} handed over to a person: there is nothing to compare")
        into.waits.append(waited)
    into.cpu += _cpu(product) - before


def _cpu(product: Product) -> float:
    pids = [product.pid(part) for part in ("web", "rasa", "knowledge", "actions")]
    return sum(processes.cpu_seconds(pid) for pid in pids if pid is not None)
