"""Measures bot/understanding: `python -m bench.understanding [--data ../shared/data] [--split dev]`.

One JSON object a line on stdout, all else on stderr.
"""

import argparse
import csv
import time
from pathlib import Path
from statistics import median

from bench.report import figure, say
from bot.understanding import facts

ROOM = "understanding"
ANGRY_LABELS = frozenset({"anger", "annoyance"})
LEXICONS = {"VADER": 0.761, "AFINN": 0.776}
"""AUROC on the same task, measured once with the published lexicons."""

USUAL = {
    "en": "Hi, I ordered a video doorbell two weeks ago (order AB1234567) and it still has not arrived. Where is it?",
    "zh": "我的订单AB1234567已经等了两个星期了，没人管，到底什么时候发货？请帮我转人工",
}
LONG = {
    "long en": "This is the third time I write, nobody helps and I am furious. My lock is smoking, get me a human. ",
    "long zh": "第三次了没人管，气死我了，门锁冒烟，要投诉，转人工，我的工单怎么样了，小红书曝光你们。",
}
LONGEST_MESSAGE = 4000
REPEATS = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.understanding", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    parser.add_argument("--split", choices=("dev", "test"), default="dev", help="part of GoEmotions to read")
    options = parser.parse_args()
    facts.warm_up()
    measure_speed()
    measure_anger(options.data / "goemotions" / f"{options.split}.csv", options.split)


def measure_speed() -> None:
    for name, text in USUAL.items():
        took = milliseconds(text)
        figure(ROOM, f"read a usual message, {name}, p50", took, "ms", target="<= 1", ok=took <= 1)
    for name, text in LONG.items():
        long_text = (text * LONGEST_MESSAGE)[:LONGEST_MESSAGE]
        took = milliseconds(long_text)
        figure(ROOM, f"read 4,000 characters, {name}, p50", took, "ms", target="<= 30", ok=took <= 30)


def milliseconds(text: str) -> float:
    return median(_timed(text) for _ in range(REPEATS)) * 1000


def _timed(text: str) -> float:
    started = time.perf_counter()
    facts.read(text)
    return time.perf_counter() - started


def measure_anger(path: Path, split: str) -> None:
    if not path.exists():
        say(f"{path} is absent: the anger measure is left out")
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    angry = [bool(ANGRY_LABELS & set(row["labels"].split("|"))) for row in rows]
    values = [facts.read(row["text"]).anger.value for row in rows]
    reached = auroc(values, angry)
    measure = f"anger and annoyance against the rest, GoEmotions {split}"
    figure(ROOM, measure, reached, "AUROC", target=">= 0.81", ok=reached >= 0.81, compared_to=LEXICONS)


def auroc(values: list[float], positives: list[bool]) -> float:
    """The chance that a positive stands above a negative; a tie counts half (Mann-Whitney)."""
    below = rank_sum = 0.0
    groups: dict[float, list[bool]] = {}
    for value, positive in zip(values, positives, strict=True):
        groups.setdefault(value, []).append(positive)
    for value in sorted(groups):
        hits = sum(groups[value])
        misses = len(groups[value]) - hits
        rank_sum += hits * (below + misses / 2)
        below += misses
    return rank_sum / (sum(positives) * (len(positives) - sum(positives)))


if __name__ == "__main__":
    main()
