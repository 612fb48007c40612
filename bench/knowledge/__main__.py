"""Measures the knowledge service, started for the purpose: `python -m bench.knowledge [--data ../shared/data]`.

One JSON object a line on stdout, all else on stderr.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from bench.knowledge import encoders, faq, imports, inbox, message, publish, quality, scale, slips, speed
from bench.knowledge.crashes import run as crashes
from bench.knowledge.running import Service, service

PARTS = ("speed", "message", "faq", "quality", "slips", "inbox", "publish", "imports", "encoders")
LONG = ("crashes", "scale")
"""Measured only when they are asked for."""


async def run(data: Path, parts: Sequence[str]) -> None:
    """Calibrating is part of `faq`: it has a service of its own, so that it changes nothing for the others."""
    if {"speed", "message", "quality", "slips", "inbox"} & {*parts}:
        async with service() as running:
            await _asked(running, data, parts)
    if "faq" in parts:
        async with service() as running:
            await faq.measure(running.client, data)


async def _asked(running: Service, data: Path, parts: Sequence[str]) -> None:
    if "speed" in parts:
        await speed.measure(running)
    if "message" in parts:
        await message.measure(running.client)
    if "quality" in parts:
        await quality.measure(running.client, data)
    if "slips" in parts:
        await slips.measure(running.client)
    if "inbox" in parts:
        await inbox.measure(running.client)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.knowledge", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--only", action="append", choices=(*PARTS, *LONG), help="one part; may be repeated")
    parser.add_argument("--count", type=int, default=100, help="crashes")
    parser.add_argument("--seed", type=int, default=1, help="of the crashes")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite", help="of the crashes")
    parser.add_argument("--minutes", type=float, default=14, help="after which there are no further crashes")
    options = parser.parse_args()
    parts = options.only or PARTS
    asyncio.run(run(options.data, parts))
    if "publish" in parts:
        publish.measure(options.data)
    if "encoders" in parts:
        encoders.measure()
    if "imports" in parts:
        imports.measure()
    if "scale" in parts:
        scale.measure()
    if "crashes" in parts:
        crashes.measure(options.count, options.seed, options.database, options.minutes)


if __name__ == "__main__":
    main()
