"""Which fault comes when: endless, drawn by seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

KILL, PAUSE, FREEZE = "kill -9", "paused", "stopped for good"
SLOW, DRIP, REFUSE, SWALLOW = "slow", "drip", "refused", "black hole"
END_BACKEND, KILL_BACKEND = "connection ended by the server", "kill -9 of a backend"
LINK_FAULTS = (SLOW, DRIP, REFUSE, SWALLOW)
PARTS = {"web": 4, "rasa": 3, "actions": 4, "knowledge": 2}
LINKS = {"web": 2, "rasa": 3, "actions": 3, "knowledge": 2}
FREEZABLE = ("web", "rasa", "actions", "knowledge", "keeper")
SLOW_STARTERS = frozenset({"rasa", "knowledge"})
"""These take long to start: they are paused more often than killed, else nothing would ever be asked of them."""
PAIRS = 0.15
LONGEST_PAUSE_SECONDS = 8.0
LONGEST_CUT_SECONDS = 6.0


@dataclass(frozen=True)
class Fault:
    """`kind` on `target`: a part, or with a LINK_FAULT the way to it. `seconds`: how long it lasts, 0 for a blow."""

    kind: str
    target: str
    seconds: float = 0.0

    @property
    def place(self) -> str:
        """What this fault has for itself while it lasts."""
        return f"way to {self.target}" if self.kind in LINK_FAULTS else self.target

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.kind}: {self.place}{lasting}"


def draw(dice: random.Random, *, postgres: bool, freeze_every: int = 40) -> Iterator[tuple[Fault, ...]]:
    """One fault or a pair that come together, without end; each `freeze_every`th is a part that is stopped for good."""
    number = 0
    while True:
        number += 1
        if number % freeze_every == 0:
            yield (Fault(FREEZE, FREEZABLE[number // freeze_every % len(FREEZABLE)]),)
            continue
        first = _one(dice, postgres=postgres)
        second = _one(dice, postgres=postgres) if dice.random() < PAIRS else first
        yield (first,) if first.place == second.place else (first, second)


def _one(dice: random.Random, *, postgres: bool) -> Fault:
    if postgres and dice.random() < 0.25:
        return _at_database(dice)
    if dice.random() < 0.25:
        link = dice.choices([*LINKS], [*LINKS.values()])[0]
        return Fault(dice.choice(LINK_FAULTS), link, dice.uniform(1, LONGEST_CUT_SECONDS))
    part = dice.choices([*PARTS], [*PARTS.values()])[0]
    if dice.random() < (0.3 if part in SLOW_STARTERS else 0.7):
        return Fault(KILL, part)
    return Fault(PAUSE, part, dice.uniform(1, LONGEST_PAUSE_SECONDS))


def _at_database(dice: random.Random) -> Fault:
    match dice.randrange(6):
        case 0:
            return Fault(KILL, "database", dice.uniform(0.5, 3))
        case 1:
            return Fault(KILL_BACKEND, "database")
        case 2:
            return Fault(PAUSE, "database", dice.uniform(1, 4))
        case 3:
            return Fault(dice.choice(LINK_FAULTS), "database", dice.uniform(1, 4))
        case _:
            return Fault(END_BACKEND, "database")
