"""Which intents are taken for which, as a picture: the worst pairs of a language, as an SVG of plain rectangles."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.eval.seen import Seen
from bench.held import NO_INTENT
from bot.learning.held import FALLBACK

WORST = 14
CELL, MARGIN, HEAD = 34, 190, 170
Pairs = Counter[tuple[str, str]]


def pairs(seen: Sequence[Seen]) -> Pairs:
    """How often each label was taken for each other intent; `none` is what fits no intent."""
    taken = ((one.message.intent, NO_INTENT if one.intent == FALLBACK else one.intent) for one in seen)
    return Counter(taken)


def draw(seen: Sequence[Seen], path: Path) -> Path:
    """Rows are labels, columns what they were taken for; only intents of the worst pairs are shown."""
    counted = pairs(seen)
    wrong = Counter({pair: count for pair, count in counted.items() if pair[0] != pair[1]})
    worst = [pair for pair, _ in wrong.most_common(WORST)]
    rows = sorted({label for label, _ in worst})
    columns = sorted({taken for _, taken in worst} | {*rows})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_svg(counted, rows, columns), encoding="utf-8")
    return path


def _svg(counted: Pairs, rows: Sequence[str], columns: Sequence[str]) -> str:
    width, height = MARGIN + CELL * len(columns) + 120, HEAD + CELL * len(rows) + 20
    most = max((counted[label, taken] for label in rows for taken in columns if label != taken), default=1)
    parts = [f'<rect width="{width}" height="{height}" fill="#fffefd"/>']
    for place, taken in enumerate(columns):
        x = MARGIN + CELL * place + CELL // 2
        parts.append(f'<text transform="translate({x} {HEAD - 8}) rotate(-45)">{escape(taken)}</text>')
    for down, label in enumerate(rows):
        y = HEAD + CELL * down
        parts.append(f'<text x="{MARGIN - 8}" y="{y + 22}" text-anchor="end">{escape(label)}</text>')
        parts += [_cell(counted[label, taken], most, label == taken, place, y) for place, taken in enumerate(columns)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
    return f'{head} font-size="12">\n' + "\n".join(parts) + "\n</svg>\n"


def _cell(count: int, most: int, is_right: bool, place: int, y: int) -> str:
    x = MARGIN + CELL * place
    strength = 0.0 if count == 0 else 0.15 + 0.85 * min(1.0, count / most)
    colour = "#1d6b43" if is_right else "#b93c0a"
    shape = f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" fill="{colour}"'
    words = f'<text x="{x + CELL // 2 - 1}" y="{y + 21}" text-anchor="middle">{count}</text>' if count else ""
    return f'{shape} fill-opacity="{strength:.2f}" stroke="#e6dfd7"/>{words}'
