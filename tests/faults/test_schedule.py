"""The bench's schedule: the same seed strikes the same, every kind comes, and links do what their mode says."""

import asyncio
import itertools
import random
from collections import Counter

from bench.faults import recovery, schedule
from bench.faults.journal import Acked, Entry, Seen, Sent
from bench.faults.links import Link, Mode, free_ports
from bench.faults.recovery import Struck
from bench.faults.schedule import Fault
from tests.people import PATIENCE_SECONDS


def drawn(seed: int, *, postgres: bool = False) -> list[tuple[Fault, ...]]:
    return list(itertools.islice(schedule.draw(random.Random(seed), postgres=postgres), 400))


def test_the_same_seed_strikes_the_same() -> None:
    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_every_part_and_every_kind_comes() -> None:
    faults = [fault for struck in drawn(3, postgres=True) for fault in struck]
    assert {fault.target for fault in faults} == {*schedule.PARTS, "keeper", "database"}
    kinds = {schedule.KILL, schedule.PAUSE, schedule.FREEZE, schedule.END_BACKEND, schedule.KILL_BACKEND}
    assert {fault.kind for fault in faults} == {*kinds, *schedule.LINK_FAULTS}
    assert any(len(struck) == 2 for struck in drawn(3))
    assert {fault.target for fault in faults if fault.kind == schedule.FREEZE} == {*schedule.FREEZABLE}


def test_without_a_server_its_faults_do_not_come() -> None:
    assert "database" not in Counter(fault.target for struck in drawn(3) for fault in struck)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)


async def _asked(port: int, *, seconds: float) -> str:
    """What comes back of a line; the error's name where none does."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello\n")
            return (await reader.readline()).decode().strip()
    except (OSError, TimeoutError) as error:
        return type(error).__name__


async def _through_each_mode() -> dict[Mode, str]:
    near, far = free_ports(2)
    link = Link(near, far)
    async with await asyncio.start_server(_echo, "127.0.0.1", far):
        await link.open()
        found = {}
        for mode in (Mode.WHOLE, Mode.SWALLOW, Mode.REFUSE, Mode.DRIP, Mode.WHOLE):
            await link.turn(mode)
            found[mode] = await _asked(near, seconds=0.3 if mode is Mode.SWALLOW else PATIENCE_SECONDS)
        await link.close()
    return found


def test_a_link_passes_swallows_refuses_and_is_whole_again() -> None:
    found = asyncio.run(_through_each_mode())
    assert found == {
        Mode.WHOLE: "hello",
        Mode.SWALLOW: "TimeoutError",
        Mode.REFUSE: "ConnectionRefusedError",
        Mode.DRIP: "hello",
    }


def test_recovery_is_counted_from_messages_that_were_written_after_the_fault() -> None:
    journal: list[Entry] = [
        Sent("c", "a", "", 1.0),
        Sent("c", "b", "", 5.0),
        Acked("c", "a", "ma", 1, 6.0),
        Acked("c", "b", "mb", 2, 7.0),
        Seen("c", 1, 3, "m3", "bot", "", "ma", 7.5),
        Seen("c", 1, 4, "m4", "bot", "", "mb", 9.0),
    ]
    kill = Struck(Fault(schedule.KILL, "web"), 4.0, 4.0)
    assert recovery.by_kind([kill], recovery.flow(journal)) == {"kill -9: web": ([3.0], [5.0])}


def test_a_part_that_is_stopped_for_good_recovers_from_the_blow_on() -> None:
    frozen = Struck(Fault(schedule.FREEZE, "web"), 1.0, 31.0)
    paused = Struck(Fault(schedule.PAUSE, "web", 3.0), 1.0, 4.0)
    assert (frozen.over, paused.over) == (1.0, 4.0)
