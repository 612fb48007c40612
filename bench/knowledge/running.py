"""The knowledge service in a process of its own, on a free port and an empty folder."""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from knowledge_index.client import KnowledgeClient, KnowledgeUnavailable

START_SECONDS = 90


@dataclass
class Service:
    client: KnowledgeClient
    pid: int
    seconds_to_listen: float
    seconds_to_ready: float
    url: str

    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@asynccontextmanager
async def service() -> AsyncIterator[Service]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "knowledge_index.service", "--port", str(port), "--data-dir", folder]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: ASYNC220  one process, before any work
        try:
            url = f"http://127.0.0.1:{port}"
            async with KnowledgeClient(url) as client:
                listening = await _until(client, {"loading", "ready"}) - started
                ready = await _until(client, {"ready"}) - started
                yield Service(client, process.pid, listening, ready, url)
        finally:
            process.terminate()
            process.wait(10)


async def _until(client: KnowledgeClient, states: set[str]) -> float:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if (await client.health())["state"] in states:
                return time.perf_counter()
        except KnowledgeUnavailable:
            pass
        await asyncio.sleep(0.02)
    raise TimeoutError("the knowledge service did not start")
