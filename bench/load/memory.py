"""What each process holds after thousands of turns, and whether it still grows."""

import time
from collections.abc import Iterator

from bench.chat import turns
from bench.load import processes
from bench.product import PARTS, Product
from bench.report import figure, say

LEVELS = 10
"""How often it is looked at; the second half of the looks tells whether it grows."""
TARGET_MB = 1600.0
GROWTH_SHARE = 0.02
"""More than this share of the sum, over the second half, counts as growing."""


async def measure(product: Product, texts: Iterator[str], *, count: int) -> None:
    looks: list[dict[str, float]] = []
    for level in range(LEVELS):
        await _answered(product.url, texts, count // LEVELS)
        looks.append(held(product))
        say(f"after {count // LEVELS * (level + 1)} turns: " + ", ".join(f"{k} {v:.0f}" for k, v in looks[-1].items()))
    total = sum(looks[-1].values())
    grown = {name: looks[-1][name] - looks[LEVELS // 2 - 1][name] for name in PARTS}
    half = count / 2000
    figure(
        "load",
        f"memory of web with worker, knowledge, actions and one Rasa after {count} turns",
        total,
        "MB",
        target=f"<= {TARGET_MB:g}, not growing",
        ok=total <= TARGET_MB and sum(grown.values()) <= GROWTH_SHARE * total,
        compared_to={
            **{name: round(value) for name, value in looks[-1].items()},
            "after_the_first_tenth": round(sum(looks[0].values())),
            "mb_per_1000_turns_in_the_second_half": {name: round(value / half, 2) for name, value in grown.items()},
        },
    )


def held(product: Product) -> dict[str, float]:
    """Megabytes of each part that runs."""
    pids = {name: product.pid(name) for name in PARTS}
    return {name: processes.megabytes(pid) for name, pid in pids.items() if pid is not None}


async def _answered(url: str, texts: Iterator[str], count: int) -> None:
    """At least `count` turns more."""
    done = 0.0
    while done < count:
        began = time.perf_counter()
        rate = await turns.per_second(url, texts, seconds=min(20.0, max(2.0, (count - done) / 60)))
        done += rate * (time.perf_counter() - began)
