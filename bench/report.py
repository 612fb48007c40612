"""One measured figure a line, in the shape of the wire contract."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


def figure(
    room: str,
    measure: str,
    value: float,
    unit: str,
    *,
    target: str,
    ok: bool,
    compared_to: dict[str, Any] | None = None,
    how: str = "",
) -> None:
    """Print a figure beside its target. `how`: what the value was taken of, where its name does not say it."""
    line = {"room": room, "measure": measure, "value": round(value, 3), "unit": unit, "target": target, "ok": ok}
    told = {"how": how} if how else {}
    print(json.dumps({**line, "compared_to": compared_to or {}, **told}), flush=True)


@dataclass(frozen=True)
class Row:
    """A figure with what it must reach and how it was measured.

    `must` and `stretch`: at least so much, or at most where `less_is_better`; None where nothing is asked.
    """

    measure: str
    value: float
    unit: str
    how: str
    must: float | None = None
    stretch: float | None = None
    less_is_better: bool = False
    compared_to: Mapping[str, float] = field(default_factory=dict)

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

    def show(self, room: str) -> None:
        measure = f"{self.measure} ({self.how})" if self.how else self.measure
        figure(room, measure, self.value, self.unit, target=self.target, ok=self.ok, compared_to=dict(self.compared_to))


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` from 0 to 1."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
