"""Carries a fault out, and mends what it broke where the product cannot (links, the database server)."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.faults import schedule
from bench.faults.links import Link, Mode
from bench.faults.postgres import Postgres
from bench.faults.schedule import Fault
from bench.product import Product
from bot.up.health import Health, probe

NOTICED_WITHIN_SECONDS = 120.0
WORKS_WITHIN_SECONDS = 60.0
STOPPING_SECONDS = 0.5
"""A process does not stand still the moment that it is told to."""
HEALTH = {"web": "/healthz", "rasa": "/", "actions": "/health", "knowledge": "/healthz"}
MODES = {
    schedule.SLOW: Mode.SLOW,
    schedule.DRIP: Mode.DRIP,
    schedule.REFUSE: Mode.REFUSE,
    schedule.SWALLOW: Mode.SWALLOW,
}


@dataclass
class Scene:
    """What faults can be done to. `links` are named by the part that they lead to."""

    product: Product
    links: dict[str, Link]
    postgres: Postgres | None = None
    unnoticed: list[str] = field(default_factory=list)


async def strike(scene: Scene, fault: Fault) -> bool:
    """Do it, and return when it is over; False where its target did not run just then."""
    if fault.kind in MODES:
        return await _cut(scene.links[fault.target], fault)
    if fault.target == "database":
        assert scene.postgres is not None
        return await _at_database(scene.postgres, fault)
    pid = await asyncio.to_thread(scene.product.pid, fault.target)
    if pid is None:
        return False
    match fault.kind:
        case schedule.KILL:
            return _send(pid, signal.SIGKILL)
        case schedule.PAUSE:
            return await _pause(pid, fault.seconds)
        case _:
            return await _freeze(scene, fault.target, pid)


async def works_again(scene: Scene, fault: Fault) -> None:
    """Until the struck part says that it is ready, or long enough. A link works as soon as it is whole."""
    path = HEALTH.get(fault.target)
    if fault.kind in MODES or path is None:
        return
    url = f"http://127.0.0.1:{scene.links[fault.target].target}{path}"
    deadline = time.monotonic() + WORKS_WITHIN_SECONDS
    while time.monotonic() < deadline and await asyncio.to_thread(probe, url) is not Health.READY:  # noqa: ASYNC110
        await asyncio.sleep(0.3)


async def _cut(link: Link, fault: Fault) -> bool:
    await link.turn(MODES[fault.kind])
    await asyncio.sleep(fault.seconds)
    await link.turn(Mode.WHOLE)
    return True


async def _pause(pid: int, seconds: float) -> bool:
    if not _send(pid, signal.SIGSTOP):
        return False
    await asyncio.sleep(seconds)
    _send(pid, signal.SIGCONT)
    return True


async def _freeze(scene: Scene, part: str, pid: int) -> bool:
    """Stopped, and nobody of ours continues it: the product has to notice. When it does not, that is written down."""
    if not _send(pid, signal.SIGSTOP):
        return False
    deadline = time.monotonic() + NOTICED_WITHIN_SECONDS
    await asyncio.sleep(STOPPING_SECONDS)
    while (stopped := _is_stopped(pid)) and time.monotonic() < deadline:  # noqa: ASYNC110 - the kernel tells nobody
        await asyncio.sleep(0.5)
    if stopped:
        scene.unnoticed.append(part)
        _send(pid, signal.SIGCONT)
    return True


async def _at_database(postgres: Postgres, fault: Fault) -> bool:
    match fault.kind:
        case schedule.END_BACKEND:
            return await asyncio.to_thread(postgres.end_a_connection)
        case schedule.KILL_BACKEND:
            pid = await asyncio.to_thread(postgres.a_backend)
            return pid is not None and _send(pid, signal.SIGKILL)
        case schedule.PAUSE:
            pid = await asyncio.to_thread(postgres.a_backend)
            return pid is not None and await _pause(pid, fault.seconds)
        case _:
            _send(postgres.pid, signal.SIGKILL)
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(postgres.start)
            return True


def _send(pid: int, sign: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, sign)
        return True
    return False


def _is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False
