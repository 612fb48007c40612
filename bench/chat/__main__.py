"""`python -m bench.chat`: starts the product on a folder of its own and measures the customer's path."""

import argparse
import asyncio
import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import product as whole
from bench.chat import acks, growth, races, turns
from bench.chat.texts import PUBLIC, cached, never_seen
from bench.product import Product
from bench.quiet import await_quiet
from bench.report import figure, say
from bench.stock import run as stock
from bot.core.settings import PROJECT_ROOT

PARTS = ("turns", "alone", "burst", "growth", "acks", "races")
TIMES_STOCK = {"new English": 3.0, "new Chinese": 2.0, "cached": 4.0}
ROUNDS = 2
EMAIL, PASSWORD = "bench@emberly.example", "only for the bench"


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.chat", description=__doc__)
    asked.add_argument("--data", type=Path, default=PUBLIC, help="folder of public questions")
    asked.add_argument("--only", action="append", choices=PARTS, help="measure this part; may be repeated")
    arguments = asked.parse_args(argv)
    parts = arguments.only or PARTS
    with tempfile.TemporaryDirectory(prefix="firebreak-bench-") as folder:
        say("starting the product; the first start trains and builds the index")
        settings = {**whole.UNLIMITED, "models_dir": str(PROJECT_ROOT / "models")}
        with whole.running(Path(folder), settings=settings) as product:
            whole.hire(Path(folder), EMAIL, "agent", PASSWORD)
            for part in parts:
                await_quiet(product.url)
                _measure(part, product, Path(folder), arguments.data)


def _measure(part: str, product: Product, folder: Path, data: Path) -> None:
    match part:
        case "acks":
            asyncio.run(acks.measure(product, never_seen("en", data)))
        case "turns":
            _against_stock(product, folder, data)
        case "alone":
            for name in turns.ALONE_TARGETS_MS:
                asyncio.run(turns.alone(product.url, _texts(name, data), name))
        case "burst":
            asyncio.run(turns.burst(product.url))
        case "growth":
            asyncio.run(growth.measure(product))
        case "races":
            asyncio.run(races.measure(product.url, email=EMAIL, password=PASSWORD))


def _against_stock(product: Product, folder: Path, data: Path) -> None:
    """Turns a second, ours and stock's in turn while both stand: each pair is measured in the same minute."""
    ours: dict[str, list[float]] = {name: [] for name in TIMES_STOCK}
    theirs: dict[str, list[float]] = {name: [] for name in TIMES_STOCK}
    texts = {name: (_texts(name, data), _texts(name, data)) for name in TIMES_STOCK}
    model = folder / "models" / "current.tar.gz"
    with stock.running(model, actions_url=product.setting("actions_url"), log=folder / "stock.log") as address:
        for _, name in itertools.product(range(ROUNDS), TIMES_STOCK):
            mine, its = texts[name]
            language = "zh" if name == "new Chinese" else "en"
            ours[name].append(asyncio.run(turns.per_second(product.url, mine)))
            theirs[name].append(asyncio.run(turns.stock_per_second(address, its, language=language)))
            say(f"turns a second, {name}: product {ours[name][-1]:.1f}, stock {theirs[name][-1]:.1f}")
    for name, target in TIMES_STOCK.items():
        _tell_times(name, target, ours[name], theirs[name])


def _tell_times(name: str, target: float, ours: list[float], theirs: list[float]) -> None:
    ratio = sum(ours) / sum(theirs)
    measure = f"answered turns/s, {name}, {turns.CONVERSATIONS} conversations, against stock in the same run"
    told = {"product": [round(value, 1) for value in ours], "stock": [round(value, 1) for value in theirs]}
    figure("chat", measure, ratio, "times stock", target=f">= {target:g}", ok=ratio >= target, compared_to=told)


def _texts(name: str, data: Path) -> Iterator[str]:
    return cached(data) if name == "cached" else never_seen("zh" if name == "new Chinese" else "en", data)


if __name__ == "__main__":
    main(sys.argv[1:])
