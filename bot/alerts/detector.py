"""Whether mentions of one topic make a warning. Pure: mentions and thresholds in, a decision with its evidence out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.policy.shapes import Window


@dataclass(frozen=True)
class Seen:
    """One mention, as far as counting goes."""

    id: str
    person: str
    family: str
    channel: str
    at: datetime


@dataclass(frozen=True)
class Decision:
    """A threshold that was reached. `needed_families` is 1 where people alone decided."""

    window_minutes: int
    needed_people: int
    needed_families: int
    evidence: tuple[Seen, ...]

    @property
    def people(self) -> int:
        return len({seen.person for seen in self.evidence})

    @property
    def families(self) -> int:
        return len({seen.family for seen in self.evidence})


def decide(
    mentions: Sequence[Seen], windows: Sequence[Window], *, newest: Seen, grave: bool = False
) -> Decision | None:
    """The first of `windows` in which `newest` and the mentions around it reach a threshold.

    Windows slide, so that a mention which is counted late is judged by when it was written. Many messages of one
    person are one person. In a grave topic one mention is enough.
    """
    if grave:
        return Decision(windows[0].minutes, 1, 1, (newest,))
    for window in windows:
        for stretch in _stretches(mentions, timedelta(minutes=window.minutes), newest):
            needed = _reached(stretch, window)
            if needed is not None:
                return Decision(window.minutes, *needed, stretch)
    return None


def _stretches(mentions: Sequence[Seen], length: timedelta, newest: Seen) -> list[tuple[Seen, ...]]:
    """Every run of mentions no longer than `length` that holds `newest`, one for each mention that can end it."""
    near = sorted({*mentions, newest}, key=lambda seen: (seen.at, seen.id))
    ends = [seen.at for seen in near if newest.at <= seen.at < newest.at + length]
    return [tuple(seen for seen in near if end - length < seen.at <= end) for end in dict.fromkeys(ends)]


def _reached(stretch: Sequence[Seen], window: Window) -> tuple[int, int] | None:
    """`(people, families)` of the threshold that the stretch reaches."""
    people = len({seen.person for seen in stretch})
    if people >= window.people:
        return window.people, 1
    fewer = window.with_families
    if fewer is not None and people >= fewer.people and len({seen.family for seen in stretch}) >= fewer.families:
        return fewer.people, fewer.families
    return None
