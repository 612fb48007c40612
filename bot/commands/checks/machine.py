"""The machine: files and who may read them, disk, Pythons, ports, clock, and the live push server."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.commands.checks.finding import Finding, Wrong, ok, warning
from bot.core import clock
from bot.core.settings import PREFIX, Settings
from bot.up import ports
from bot.up.health import get
from bot.up.parts import is_loopback, rasa_python, reachable_url

MEGABYTE = 1_000_000
LEAST_FREE_MEGABYTES = 200
COMFORTABLE_MEGABYTES = 2_000
OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
FIRST_YEAR = 2025
ZONES = ("Asia/Shanghai", "Europe/Berlin")
PYTHON_SECONDS = 30


def files(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir.resolve()
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise Wrong(
            f"{there} cannot be written ({error.strerror})", "Give this user the right to, or another --data-dir."
        ) from error
    yield ok(f"{folder} can be written")
    for path in (folder / "firebreak.db", *_secrets()):
        if path.exists() and path.stat().st_mode & OTHERS:
            yield warning(f"{path} can be read or written by other users", f"chmod 600 {path}")


def disk(settings: Settings) -> Iterator[Finding]:
    there = _nearest(settings.data_dir.resolve())
    free = shutil.disk_usage(there).free // MEGABYTE
    cure = "Free some: old logs and models below the data directory, backups, other programs' files."
    if free < LEAST_FREE_MEGABYTES:
        raise Wrong(f"{free} MB are free at {there}; without room no message is acknowledged", cure)
    yield warning(f"{free} MB are free at {there}", cure) if free < COMFORTABLE_MEGABYTES else ok(f"{free} MB are free")


def pythons(settings: Settings) -> Iterator[Finding]:
    yield ok(f"the product's is {sys.version.split()[0]}")
    if settings.engine != "rasa" or not is_loopback(settings.rasa_url.split(",")[0]):
        yield ok("Rasa's is not needed here")
        return
    python = rasa_python()
    if not python.exists():
        raise Wrong(f"Rasa's is not at {python}", "Run `make setup`.")
    code = "import sys, importlib.util as u; print('%d.%d' % sys.version_info[:2], bool(u.find_spec('rasa')))"
    done = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=False, timeout=PYTHON_SECONDS
    )
    if done.stdout.strip() != "3.10 True":
        raise Wrong(f"{python} is not a working Python 3.10 with Rasa", "Remove .venv-rasa and run `make setup`.")
    yield ok(f"Rasa's is 3.10, at {python}")


def open_ports(settings: Settings) -> Iterator[Finding]:
    """The web port is asked for by name, so it must be free or ours; inner ports move by themselves."""
    if settings.port and not ports.is_free(settings.host, settings.port):
        status, body = get(reachable_url(settings, "/healthz"))
        if status != 200 or not isinstance(body, dict) or body.get("status") != "alive":
            who = ports.holder(settings.port)
            raise Wrong(f"port {settings.port} is taken by {who}", "Stop it, or give another --port.")
        yield ok(f"Firebreak answers on port {settings.port}")
        return
    yield ok(f"port {settings.port} is free" if settings.port else "any free port is taken")


def clocks(_settings: Settings) -> Iterator[Finding]:
    if clock.now().year < FIRST_YEAR:
        raise Wrong(f"it is {clock.now().year} by this machine's clock", "Set the clock, and let NTP keep it.")
    for zone in ZONES:
        try:
            ZoneInfo(zone)
        except ZoneInfoNotFoundError as error:
            cure = "Install the system's package tzdata."
            raise Wrong(f"there are no time zone data ({zone} is unknown)", cure) from error
    yield ok(f"{clock.iso(clock.now())}, with time zone data")


def live_push(settings: Settings) -> Iterator[Finding]:
    if not settings.live_url:
        yield ok("within one process")
        return
    from bot.core.live_valkey import ValkeyHub

    async def answers() -> bool:
        hub = ValkeyHub(settings.live_url)
        try:
            return await hub.ready()
        finally:
            await hub.close()

    address = urlsplit(settings.live_url)
    where = f"{address.hostname}:{address.port or 6379}"
    if not asyncio.run(answers()):
        raise Wrong(f"no Valkey or Redis answers at {where}", f"Start it, or mend {PREFIX}LIVE_URL.")
    yield ok(f"{where} answers")


def _nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _secrets() -> list[Path]:
    names = (f"{PREFIX}{name.upper()}_FILE" for name in Settings.model_fields)
    return [Path(os.environ[name]) for name in names if os.environ.get(name)]
