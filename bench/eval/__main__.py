"""Measures all that is understood: `python -m bench.eval [--data ../shared/data] [--keep]`, or `make eval`.

The hard held set always; the rooms' own benches with public data where they are there. A table for people on stderr,
one JSON object a line on stdout, each beside what was kept last; pictures of the most confused intents as SVG.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bench.eval import confusion, hard, rows, seen
from bench.eval.rows import Row
from bench.held import LANGUAGES
from bench.knowledge.running import Service, service
from bench.report import say
from bot.core.settings import PROJECT_ROOT

ROOMS = ("nlu", "knowledge", "understanding")
ASKS_A_SERVICE = ("nlu",)
"""Benches that do not start the knowledge service themselves."""
PICTURES = PROJECT_ROOT / "var" / "eval"


def main() -> None:
    options = _parser().parse_args()
    before = rows.last()
    found: list[Row] = []
    for part in options.only or ("held", *ROOMS):
        say(f"measuring {part} ...")
        for row in _held(options.pictures) if part == "held" else _of_room(part, options.data):
            found.append(row)
            sys.stdout.write(row.as_json(before.get(row.name)) + "\n")
            sys.stdout.flush()
    for line in rows.table(found, before):
        say(line)
    if options.keep:
        rows.keep(found)


def _held(pictures: Path) -> Iterator[Row]:
    looked = asyncio.run(_look())
    for language in LANGUAGES:
        part = [one for one in looked if one.language == language]
        say(f"drawn: {confusion.draw(part, pictures / f'confusion.{language}.svg')}")
    yield from hard.rows(looked)


async def _look() -> list[seen.Seen]:
    async with service() as running:
        return await seen.look(running.client, running.url)


def _of_room(room: str, data: Path) -> Iterator[Row]:
    """What the room's own bench prints; what it says besides goes to stderr as it comes."""
    command = [sys.executable, "-m", f"bench.{room}", "--data", str(data.resolve())]
    with contextlib.ExitStack() as stack:
        environment = {**os.environ}
        if room in ASKS_A_SERVICE:
            environment["FIREBREAK_KNOWLEDGE_URL"] = stack.enter_context(_served())
        piped = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        process = stack.enter_context(piped)
        for line in process.stdout or ():
            row = rows.of_line(line)
            if row is not None:
                yield row
    if process.returncode != 0:
        say(f"bench.{room} ended with {process.returncode}; what it would have measured is missing")


@contextlib.contextmanager
def _served() -> Iterator[str]:
    """A knowledge service of our own; where it is."""
    with asyncio.Runner() as runner:
        context = service()
        running = runner.run(_entered(context))
        try:
            yield running.url
        finally:
            runner.run(_left(context))


async def _entered(context: AbstractAsyncContextManager[Service]) -> Service:
    return await context.__aenter__()


async def _left(context: AbstractAsyncContextManager[Service]) -> None:
    await context.__aexit__(None, None, None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.eval", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--only", action="append", choices=("held", *ROOMS), help="one part; may be repeated")
    parser.add_argument("--keep", action="store_true", help="compare the next run with this one")
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="where the SVG files go")
    return parser


if __name__ == "__main__":
    main()
