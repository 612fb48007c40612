"""Measures the knowledge service, started for the purpose: `python -m bench.knowledge [--data ../shared/data]`.

One JSON object a line on stdout, all else on stderr.
"""

import argparse
import asyncio
from pathlib import Path

from bench.knowledge import quality, speed
from bench.knowledge.running import service


async def run(data: Path) -> None:
    async with service() as running:
        await speed.measure(running)
        await quality.measure(running.client, data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.knowledge", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    asyncio.run(run(parser.parse_args().data))


if __name__ == "__main__":
    main()
