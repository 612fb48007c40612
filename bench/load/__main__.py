"""`python -m bench.load`: what the product bears. `--long` runs 10,000 turns for the memory, `--cold` a first start."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench import product as whole
from bench.chat.texts import PUBLIC, never_seen
from bench.load import durable, memory, overload, starts
from bench.report import say
from bot.core.settings import PROJECT_ROOT

PARTS = ("durable", "overload", "memory", "starts")
TURNS, LONG_TURNS = 1_000, 10_000


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    asked.add_argument("--data", type=Path, default=PUBLIC, help="folder of public questions")
    asked.add_argument("--only", action="append", choices=PARTS, help="measure this part; may be repeated")
    asked.add_argument("--long", action="store_true", help=f"{LONG_TURNS} turns for the memory instead of {TURNS}")
    asked.add_argument("--cold", action="store_true", help="a first start with all downloads as well; takes minutes")
    arguments = asked.parse_args(argv)
    parts = arguments.only or PARTS
    if "durable" in parts:
        durable.measure()
    with tempfile.TemporaryDirectory(prefix="firebreak-bench-") as folder:
        if {"overload", "memory", "starts"} & {*parts}:
            _with_product(Path(folder), parts, arguments.data, LONG_TURNS if arguments.long else TURNS)
        if "starts" in parts:
            starts.warm(Path(folder))
    if arguments.cold:
        starts.cold()


def _with_product(folder: Path, parts: list[str] | tuple[str, ...], data: Path, count: int) -> None:
    say("starting the product; the first start trains and builds the index")
    settings = {**whole.UNLIMITED, "models_dir": str(PROJECT_ROOT / "models")}
    with whole.running(folder, settings=settings) as product:
        texts = never_seen("en", data)
        if "memory" in parts:
            asyncio.run(memory.measure(product, texts, count=count))
        if "overload" in parts:
            asyncio.run(overload.measure(product.url, texts))


if __name__ == "__main__":
    main(sys.argv[1:])
