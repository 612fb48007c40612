"""Measures bot/understanding: `python -m bench.understanding [--data ../shared/data] [--split test]`.

One JSON object a line on stdout, all else on stderr.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from bench.knowledge.running import service
from bench.report import Row, say
from bench.understanding import anger, dangers, speed
from bot.understanding import facts


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.understanding", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--split", choices=("dev", "test"), default="test", help="part of GoEmotions to read")
    options = parser.parse_args()
    path = options.data / "goemotions" / f"{options.split}.csv"
    if not path.exists():
        say(f"{path} is absent: the anger of strangers is left out")
    asyncio.run(_show(path if path.exists() else None))


async def _show(path: Path | None) -> None:
    async for row in rows(path):
        row.show("understanding")


async def rows(path: Path | None) -> AsyncIterator[Row]:
    """Every figure of the room, as it is measured. `path`: a part of GoEmotions, if there is one."""
    facts.warm_up()
    for row in (anger.size(), *speed.rows(), *dangers.rows()):
        yield row
    async with service() as knowledge:
        for row in await speed.with_search(knowledge.client):
            yield row
        for row in await anger.own(knowledge.client):
            yield row
        if path is not None:
            for row in await anger.goemotions(path, knowledge.client):
                yield row


if __name__ == "__main__":
    main()
