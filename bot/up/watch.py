"""Look after the parts once they are started: restart what hangs, try again what gave up."""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bot.up.health import Health, probe
from bot.up.keeper import Keeper, KeeperGoneError
from bot.up.logs import LogPump
from bot.up.parts import Part


@dataclass(frozen=True)
class Patience:
    """Seconds. `silent`: how long a part that worked may give no answer, `urgent`: the same for one that nobody can do
    without; `starting`: the same before it ever did; `supervisor`: how long supervisord may take for a call."""

    between_looks: float = 3.0
    silent: float = 30.0
    urgent: float = 10.0
    starting: float = 300.0
    given_up: float = 30.0
    supervisor: float = 10.0


@dataclass
class _Seen:
    part: Part
    pid: int = 0
    worked: bool = False
    silent_since: float | None = None
    gave_up_at: float | None = None


class Watch(threading.Thread):
    """Looks until supervisord has ended or `end` is called; a call that fails once is no reason to stop looking."""

    def __init__(self, keeper: Keeper, logs: LogPump, patience: Patience) -> None:
        super().__init__(name="watch", daemon=True)
        self._keeper = keeper.again()
        self._logs = logs
        self._patience = patience
        self._seen: list[_Seen] = []
        self._ended = threading.Event()

    def add(self, part: Part) -> None:
        self._seen.append(_Seen(part))

    def saw_working(self, part: Part) -> None:
        """From now on this part's silence counts as hanging, no longer as loading."""
        for seen in self._seen:
            seen.worked = seen.worked or seen.part is part

    def end(self) -> None:
        self._ended.set()

    def run(self) -> None:
        while not self._ended.wait(self._patience.between_looks):
            for seen in list(self._seen):
                try:
                    self._look(seen, time.monotonic())
                except KeeperGoneError:
                    if not self._keeper.is_running():
                        return

    def _look(self, seen: _Seen, now: float) -> None:
        state, pid = self._keeper.state(seen.part.name)
        if state == "FATAL":
            self._start_again(seen, now)
        elif pid != seen.pid:
            seen.worked = seen.worked and seen.pid == 0
            seen.pid, seen.silent_since, seen.gave_up_at = pid, None, None
        elif state in ("RUNNING", "STARTING"):
            self._look_at_health(seen, now)

    def _look_at_health(self, seen: _Seen, now: float) -> None:
        health = _health(seen.part, seen.pid)
        if health is not Health.SILENT:
            seen.worked = seen.worked or health is Health.READY
            seen.silent_since = None
            return
        seen.silent_since = seen.silent_since if seen.silent_since is not None else now
        limit = self._limit(seen)
        if now - seen.silent_since >= limit and not self._ended.is_set():
            self._logs.say("up", logging.WARNING, f"{seen.part.name} has not answered for {limit:.0f} s; restarting it")
            self._keeper.stop(seen.part.name)
            self._keeper.start(seen.part.name)

    def _limit(self, seen: _Seen) -> float:
        """What is stopped does not load any more, so it gets no more time for having just started."""
        if seen.part.health and not seen.worked and not _is_stopped(seen.pid):
            return self._patience.starting
        return self._patience.urgent if seen.part.urgent else self._patience.silent

    def _start_again(self, seen: _Seen, now: float) -> None:
        if seen.gave_up_at is None:
            seen.gave_up_at = now
            again = f"trying again in {self._patience.given_up:.0f} s"
            self._logs.say("up", logging.ERROR, f"{seen.part.name} does not stay up ({again}); its log says why")
        elif now - seen.gave_up_at >= self._patience.given_up and not self._ended.is_set():
            seen.gave_up_at = None
            self._keeper.start(seen.part.name)


def _health(part: Part, pid: int) -> Health:
    """As the part says; of one without an address it is known at least whether it was stopped."""
    if part.health:
        return probe(part.health)
    return Health.SILENT if _is_stopped(pid) else Health.READY


def _is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False
