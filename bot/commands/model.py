"""The command that trains the dialogue model."""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.commands.trouble import Trouble
from bot.core.settings import PROJECT_ROOT, Settings
from bot.up import ports
from bot.up.health import Health, probe
from bot.up.keeper import TETHER, tethered
from bot.up.logs import LogPump
from bot.up.parts import LOOPBACK, writing_below
from bot.up.places import Places
from bot.up.training import ensure_model, forget

KNOWLEDGE_START_SECONDS = 180.0


def train(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    places = Places(settings.data_dir.resolve())
    places.make()
    with closing(LogPump(places.logs)) as logs:
        logs.start()
        with working_knowledge(settings, places, logs) as url:
            if arguments.force:
                forget(places)
            model = ensure_model(places, knowledge_url=url, logs=logs, wait=time.sleep)
    yield f"The model is {model}. A running Rasa takes it at its next start."


@contextmanager
def working_knowledge(settings: Settings, places: Places, logs: LogPump) -> Iterator[str]:
    """The address of a knowledge service that works: the running one, else one of our own for as long as it takes."""
    if probe(f"{settings.knowledge_url}/healthz") is Health.READY:
        yield settings.knowledge_url
        return
    port = ports.free_port(LOOPBACK)
    command = [sys.executable, "-m", "knowledge_index.service", "--host", LOOPBACK, "--port", str(port)]
    environment = {**writing_below(places), "FIREBREAK_DATA_DIR": str(places.tmp / "training")}
    process = subprocess.Popen(
        [*TETHER, "--", *command],
        cwd=PROJECT_ROOT,
        env=tethered(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    logs.follow_process("knowledge", process)
    try:
        _await(process, f"http://{LOOPBACK}:{port}/healthz")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + KNOWLEDGE_START_SECONDS
    while probe(url) is not Health.READY:
        if process.poll() is not None or time.monotonic() > deadline:
            raise Trouble("The knowledge service, which training needs, does not start; the lines above say why.")
        time.sleep(0.2)
