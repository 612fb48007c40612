"""`python -m bench.chat`: starts the product on a folder of its own and measures the customer's path."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench import product as whole
from bench.chat import acks, faults, races, turns
from bench.chat.texts import never_seen
from bench.product import Product
from bench.report import figure, say
from bench.stock import run as stock
from bot.core.settings import PROJECT_ROOT

PARTS = ("acks", "turns", "burst", "races", "faults")
TIMES_STOCK = 2.0
ROUNDS = 2
EMAIL, PASSWORD = "bench@emberly.example", "only for the bench"


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.chat", description=__doc__)
    asked.add_argument("--data", type=Path, default=PROJECT_ROOT.parent / "shared" / "data", help="public questions")
    asked.add_argument("--only", action="append", choices=PARTS, help="measure this part; may be repeated")
    arguments = asked.parse_args(argv)
    parts = arguments.only or PARTS
    with tempfile.TemporaryDirectory(prefix="firebreak-bench-") as folder:
        say("starting the product; the first start trains and builds the index")
        settings = {**whole.UNLIMITED, "models_dir": str(PROJECT_ROOT / "models")}
        with whole.running(Path(folder), settings=settings) as product:
            whole.hire(Path(folder), EMAIL, "agent", PASSWORD)
            for part in parts:
                faults.await_quiet(product.url)
                _measure(part, product, Path(folder), arguments.data)


def _measure(part: str, product: Product, folder: Path, data: Path) -> None:
    match part:
        case "acks":
            asyncio.run(acks.measure(product, never_seen("en", data)))
        case "turns":
            _against_stock(product, folder, data)
            for language in ("en", "zh"):
                asyncio.run(turns.alone(product.url, never_seen(language, data), language))
        case "burst":
            asyncio.run(turns.burst(product.url))
        case "races":
            asyncio.run(races.measure(product.url, email=EMAIL, password=PASSWORD))
        case "faults":
            asyncio.run(faults.measure(product, never_seen("en", data)))


def _against_stock(product: Product, folder: Path, data: Path) -> None:
    """Turns a second, ours and stock's by turns in the same run; the best of each counts."""
    texts = {"product": never_seen("en", data), "stock": never_seen("en", data)}
    ours, theirs = [], []
    model = folder / "models" / "current.tar.gz"
    for _ in range(ROUNDS):
        ours.append(asyncio.run(turns.per_second(product.url, texts["product"])))
        with stock.running(model, actions_url=product.setting("actions_url"), log=folder / "stock.log") as address:
            theirs.append(asyncio.run(turns.stock_per_second(address, texts["stock"])))
        say(f"turns a second: product {ours[-1]:.1f}, stock {theirs[-1]:.1f}")
    ratio = max(ours) / max(theirs)
    told = {"product": [round(value, 1) for value in ours], "stock": [round(value, 1) for value in theirs]}
    name = f"answered turns/s on never-seen English, {turns.CONVERSATIONS} conversations, against stock"
    figure("chat", name, ratio, "times stock", target=f">= {TIMES_STOCK}", ok=ratio >= TIMES_STOCK, compared_to=told)


if __name__ == "__main__":
    main(sys.argv[1:])
