"""A figure of this room, with what it must reach and how it was measured; and the rows of a public file."""

import csv
from dataclasses import dataclass
from pathlib import Path

from bench.report import figure

ROOM = "knowledge"


@dataclass(frozen=True)
class Row:
    """`must` and `stretch`: at least so much, or at most where `less_is_better`; None where nothing is asked."""

    measure: str
    value: float
    unit: str
    how: str
    must: float | None = None
    stretch: float | None = None
    less_is_better: bool = False

    @property
    def ok(self) -> bool:
        if self.must is None:
            return True
        return self.value <= self.must if self.less_is_better else self.value >= self.must

    @property
    def target(self) -> str:
        sign = "<=" if self.less_is_better else ">="
        asked = (("must", self.must), ("stretch", self.stretch))
        return ", ".join(f"{name} {sign} {bound:g}" for name, bound in asked if bound is not None) or "told"

    def show(self) -> None:
        figure(ROOM, f"{self.measure} ({self.how})", self.value, self.unit, target=self.target, ok=self.ok)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
