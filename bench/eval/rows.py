"""One measured figure, and what the last run measured in its place."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LAST: Final = Path(__file__).with_name("last.json")
WIDEST: Final = 78


@dataclass(frozen=True)
class Row:
    """`target` is what must be reached, in words; without one `ok` says nothing. `how`: what the value was taken of."""

    room: str
    measure: str
    value: float
    unit: str
    target: str = "told"
    ok: bool = True
    how: str = ""

    @property
    def name(self) -> str:
        return f"{self.room}: {self.measure}"

    def as_json(self, last: float | None) -> str:
        compared = {} if last is None else {"compared_to": {"last": last}}
        return json.dumps({**vars(self), "value": round(self.value, 4), **compared}, ensure_ascii=False)


def last() -> dict[str, float]:
    """The figures that were kept, by the row's name."""
    if not LAST.is_file():
        return {}
    kept: dict[str, float] = json.loads(LAST.read_text(encoding="utf-8"))
    return kept


def keep(rows: Iterable[Row]) -> None:
    """Make these what the next run is compared with; what was not measured now stays as it was."""
    kept = last() | {row.name: round(row.value, 4) for row in rows}
    LAST.write_text(json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(rows: Sequence[Row], before: dict[str, float]) -> Iterable[str]:
    """For people: a row a line; a missed target is marked."""
    yield f"{'':2}{'measure':<{WIDEST}} {'value':>9} {'last':>9} {'change':>8}  unit, target, of"
    for row in rows:
        old = before.get(row.name)
        was, change = ("–", "new") if old is None else (_plain(old), f"{row.value - old:+.3g}")
        mark = " " if row.ok else "✗"
        figures = f"{_plain(row.value):>9} {was:>9} {change:>8}"
        told = ", ".join(filter(None, (row.unit, row.target, row.how)))
        yield f"{mark} {row.name[:WIDEST]:<{WIDEST}} {figures}  {told}"


def of_line(line: str) -> Row | None:
    """The row that a bench printed; None for what is no figure."""
    try:
        told: dict[str, Any] = json.loads(line)
        kept = {name: told[name] for name in ("room", "measure", "value", "unit", "target", "ok")}
        return Row(**kept, how=str(told.get("how") or told.get("compared_to", {}).get("how", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _plain(value: float) -> str:
    return f"{value:.4g}"
