"""One measured figure a line, in the shape of the wire contract."""

import json
import math
import sys
from collections.abc import Sequence
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


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` from 0 to 1."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
