"""A figure of this room, with what it must reach and how it was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.report import figure

ROOM = "understanding"


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

    def show(self) -> None:
        measure = f"{self.measure} ({self.how})" if self.how else self.measure
        figure(ROOM, measure, self.value, self.unit, target=self.target, ok=self.ok, compared_to=dict(self.compared_to))
