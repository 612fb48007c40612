"""`firebreak worker`: the turn worker and the timers in a process of their own."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI

from bot import VERSION, wiring
from bot.core import metrics
from bot.core.settings import Settings
from bot.dialogue.prewarm import Prewarmer
from bot.operations import probes
from bot.operations.parts import PartsWatch
from bot.wiring import Parts


def run(settings: Settings) -> None:
    """Answer until a signal ends it."""
    asyncio.run(_until_signal(settings))


async def _until_signal(settings: Settings) -> None:
    task = asyncio.current_task()
    assert task is not None
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await _work(settings)


async def _work(settings: Settings) -> None:
    parts = wiring.build(settings)
    if parts.answering.engine.name == "rasa":
        parts.answering.listen = Prewarmer(parts.knowledge, turns_ahead=lambda: 0).add
    await wiring.open_parts(parts, long_lived=True)
    worker = wiring.worker_of(parts)
    watch = PartsWatch(parts, part="worker")
    worker.start()
    watch.start()
    try:
        async with _telling_operators(parts, watch):
            await asyncio.Event().wait()
    finally:
        await watch.close()
        await worker.stop()
        await wiring.close_parts(parts)


@contextlib.asynccontextmanager
async def _telling_operators(parts: Parts, watch: PartsWatch) -> AsyncIterator[None]:
    """`/healthz`, `/readyz` and `/metrics` of this process, where the settings name a port for them."""
    if not parts.settings.worker_port:
        yield
        return
    app = FastAPI(title="Firebreak worker", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.watch, app.state.scrape, app.state.sockets = watch, probes.Scrape(parts.db), set()
    metrics.BUILD.info({"version": VERSION, "engine": parts.settings.engine})
    app.include_router(probes.router)
    server = _Server(
        uvicorn.Config(
            app, host=parts.settings.host, port=parts.settings.worker_port, log_config=None, access_log=False
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The worker's own signals end it."""
        yield
