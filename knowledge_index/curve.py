"""Risk against coverage: what answering more questions costs in right answers, and the mark for a stated precision."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

WIDTH, HEIGHT, MARGIN = 640, 400, 60


@dataclass(frozen=True)
class Point:
    """What answering from the chance `threshold` on gives; all shares between 0 and 1.

    `coverage`: of all questions, what part is answered. `risk`: what part of that is wrong. `answered` and `wrongly`:
    what part is answered of the questions that an article answers, and of those that none does.
    """

    threshold: float
    coverage: float
    risk: float
    answered: float
    wrongly: float

    @property
    def precision(self) -> float:
        return 1 - self.risk


def points(chances: Sequence[float], hits: Sequence[bool], answerable: Sequence[bool]) -> list[Point]:
    """One point for each chance that occurs, the highest first. Questions with and without an article weigh alike."""
    order = np.argsort(chances, kind="stable")[::-1]
    chance, hit, known = (np.asarray(values, dtype=float)[order] for values in (chances, hits, answerable))
    weight = np.where(known > 0, 1 / max(known.sum(), 1), 1 / max((1 - known).sum(), 1))
    taken, right = np.cumsum(weight), np.cumsum(weight * hit)
    answered, wrongly = np.cumsum(weight * known), np.cumsum(weight * (1 - known))
    last = [row for row in range(len(chance)) if row + 1 == len(chance) or chance[row + 1] < chance[row]]
    return [
        Point(
            threshold=round(float(chance[row]), 4),
            coverage=round(float(taken[row] / taken[-1]), 4),
            risk=round(float(1 - right[row] / taken[row]), 4),
            answered=round(float(answered[row]), 4),
            wrongly=round(float(wrongly[row]), 4),
        )
        for row in last
    ]


def mark(chances: Sequence[float], precision: float) -> float:
    """The lowest chance from which on the expected precision is at least this; 1.0 where none has it.

    From the chances themselves, not from what happened above each: those few would promise more than they keep.
    """
    ordered = np.sort(chances)[::-1]
    expected = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    good = np.flatnonzero(expected >= precision)
    return float(ordered[good[-1]]) if good.size else 1.0


def picture(found: Sequence[Point], threshold: float, title: str) -> str:
    """The curve as SVG, with the threshold in use marked on it."""
    most = max([0.1, *(point.risk for point in found)])
    path = " ".join(f"{_x(point.coverage):.1f},{_y(point.risk, most):.1f}" for point in found)
    used = next((point for point in reversed(found) if point.threshold >= threshold), None)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            f'font-size="13"><title>{escape(title)}</title>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{MARGIN}" y="28" font-size="16">{escape(title)}</text>',
            *_axes(most),
            f'<polyline points="{path}" fill="none" stroke="#1f5fbf" stroke-width="2"/>',
            *([] if used is None else _marked(used, most)),
            "</svg>\n",
        ]
    )


def _axes(most: float) -> list[str]:
    ticks = []
    for number in range(6):
        share, risk = number / 5, number / 5 * most
        x, y = _x(share), _y(risk, most)
        ticks.append(f'<text x="{x:.0f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{share:.0%}</text>')
        ticks.append(f'<text x="{MARGIN - 8}" y="{y + 4:.0f}" text-anchor="end">{risk:.0%}</text>')
        ticks.append(f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y:.0f}" y2="{y:.0f}" stroke="#dddddd"/>')
    return [
        *ticks,
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 16}" text-anchor="middle">questions answered</text>',
        f'<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">answers wrong</text>',
    ]


def _marked(used: Point, most: float) -> list[str]:
    x, y = _x(used.coverage), _y(used.risk, most)
    told = f"{used.coverage:.0%} answered, {used.precision:.0%} of that right"
    anchor = "end" if x > WIDTH / 2 else "start"
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#b3261e"/>',
        f'<text x="{x:.1f}" y="{y - 12:.1f}" text-anchor="{anchor}">{told}</text>',
    ]


def _x(share: float) -> float:
    return MARGIN + share * (WIDTH - 2 * MARGIN)


def _y(risk: float, most: float) -> float:
    return HEIGHT - MARGIN - risk / most * (HEIGHT - 2 * MARGIN)
