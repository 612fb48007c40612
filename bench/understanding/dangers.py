"""How many dangers the rules hear in sentences that they were not written for, and how many of those heard are some."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.report import Row
from bot.understanding import facts

UNSEEN = Path(__file__).parent
LANGUAGES = ("en", "zh")
NOTHING = "nothing"


def rows() -> Iterator[Row]:
    for language in LANGUAGES:
        groups = yaml.safe_load((UNSEEN / f"unseen.{language}.yml").read_text("utf-8"))
        near_misses = groups.pop(NOTHING)
        told = [(kind, _heard(text)) for kind, texts in groups.items() for text in texts]
        right = sum(kind in heard for kind, heard in told)
        wrong = sum(bool(heard - {kind}) for kind, heard in told) + sum(bool(_heard(text)) for text in near_misses)
        how = f"{len(told)} own sentences that no rule was written for, {len(near_misses)} near misses"
        yield Row(f"dangers heard as what they are, {language}", 100 * right / len(told), "%", how)
        yield Row(f"dangers heard that are some, {language}", 100 * right / max(right + wrong, 1), "%", how)


def _heard(text: str) -> set[str]:
    return {risk.kind for risk in facts.read(text).risks}
