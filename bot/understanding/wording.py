"""What an agent had better not send: words that hurt or turn away, and promises that nobody can keep.

Only a warning: whoever writes decides. The rules are in patterns/agents/.
"""

from dataclasses import dataclass

from bot.understanding import matcher
from bot.understanding.clean import clean, fold
from bot.understanding.load import AGENTS_PATTERNS


@dataclass(frozen=True)
class Doubt:
    """Words of the draft, by place. `kind`: `hurtful` or `overpromise`."""

    kind: str
    words: str
    start: int
    end: int


def warm_up() -> None:
    """Load the rules now, so that the first draft does not wait for them (0.1 s)."""
    doubts("Calm down 绝对")


def doubts(draft: str) -> tuple[Doubt, ...]:
    """What is doubtful in a draft, in order; takes any string."""
    hits = matcher.find(fold(clean(draft)), AGENTS_PATTERNS)
    return tuple(Doubt(hit.rule.kind, draft[hit.start : hit.end], hit.start, hit.end) for hit in hits)
