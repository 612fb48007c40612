"""How long after a fault acknowledgements and answers flow again, read from the journal."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.faults.journal import Acked, Entry, Seen, Sent
from bench.faults.schedule import FREEZE, Fault


@dataclass(frozen=True)
class Struck:
    """A fault that was done, with its first and last monotonic second."""

    fault: Fault
    began: float
    ended: float

    @property
    def over(self) -> float:
        """From here on recovery counts; for a part that is stopped for good, from the blow: noticing belongs to it."""
        return self.began if self.fault.kind == FREEZE else self.ended


@dataclass(frozen=True)
class Flow:
    """When messages were first sent, in order, and the seconds until each was acknowledged and answered."""

    sent: list[float]
    acked: list[float]
    answered: list[float]

    def again(self, waits: list[float], moment: float) -> float | None:
        """Seconds from `moment` until a message that was written later has got there; None where none did."""
        later = waits[bisect_left(self.sent, moment) :]
        arrived = min((at for at in later if at != float("inf")), default=None)
        return None if arrived is None else arrived - moment


def flow(journal: Sequence[Entry]) -> Flow:
    sent = {(one.conversation_id, one.client_message_id): one.at for one in journal if isinstance(one, Sent)}
    acked: dict[tuple[str, str], float] = {}
    places: dict[str, tuple[str, str]] = {}
    answered: dict[tuple[str, str], float] = defaultdict(lambda: float("inf"))
    for one in journal:
        if isinstance(one, Acked):
            place = (one.conversation_id, one.client_message_id)
            places[one.message_id] = place
            acked.setdefault(place, one.at)
    for one in journal:
        if isinstance(one, Seen) and one.in_reply_to in places:
            place = places[one.in_reply_to]
            answered[place] = min(answered[place], one.at)
    order = sorted(sent, key=lambda place: sent[place])
    return Flow(
        [sent[place] for place in order],
        [acked.get(place, float("inf")) for place in order],
        [answered[place] for place in order],
    )


def by_kind(struck: Sequence[Struck], found: Flow) -> dict[str, tuple[list[float], list[float]]]:
    """For each kind of fault and its place: the waits for acknowledgements, and for answers."""
    waits: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for one in struck:
        name = f"{one.fault.kind}: {one.fault.place}"
        for kept, times in zip(waits[name], (found.acked, found.answered), strict=True):
            wait = found.again(times, one.over)
            if wait is not None:
                kept.append(wait)
    return dict(waits)
