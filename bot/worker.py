"""`firebreak worker`: the turn worker and the timers in a process of their own."""

import asyncio
import contextlib
import signal

from bot import wiring
from bot.core.settings import Settings
from bot.operations.parts import PartsWatch


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
    await wiring.open_parts(parts, long_lived=True)
    worker = wiring.worker_of(parts)
    watch = PartsWatch(parts, part="worker")
    worker.start()
    watch.start()
    try:
        await asyncio.Event().wait()
    finally:
        await watch.close()
        await worker.stop()
        await wiring.close_parts(parts)
