"""What the web process writes into its log: never a customer's words, not even at debug."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bot import migrations
from bot.core import log
from bot.up import ports
from tests.people import Ada, frame, until

CANARY = "my-secret-words"


@contextmanager
def serving_at_debug(folder: Path) -> Iterator[tuple[str, Path]]:
    """A web process of its own: its address, and the file that holds all it wrote."""
    migrations.upgrade(f"sqlite:///{folder / 'firebreak.db'}")
    port = ports.reserved_port("127.0.0.1")
    chosen = {"DATA_DIR": str(folder), "PORT": str(port), "ENGINE": "scripted", "LOG_LEVEL": "debug"}
    written = folder / "log"
    with written.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve"],
            env={**os.environ, **{f"FIREBREAK_{name}": value for name, value in chosen.items()}},
            stdout=output,
            stderr=output,
        )
    try:
        yield f"http://127.0.0.1:{port}", written
    finally:
        process.terminate()
        process.wait(60)


def is_alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_at_debug_no_line_holds_what_a_customer_wrote(tmp_path: Path) -> None:
    with serving_at_debug(tmp_path) as (url, written):
        until(lambda: is_alive(url), what=written.read_text)
        ada = Ada(url, visitor=f"{CANARY}-visitor")
        ada.say(f"{CANARY} by post")
        assert ada.post(f"{CANARY}\x00").status_code == 422
        with ada.socket() as line:
            message = {"type": "message", "client_message_id": "1", "text": f"{CANARY} by socket"}
            line.send(json.dumps(message))
            frame(line, "ack")
            line.send(f'{{"type": "{CANARY}"')
            frame(line, "error")
        time.sleep(0.5)
        lines = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    assert lines
    assert [line for line in lines if CANARY in json.dumps(line)] == []


def written_by(logger: logging.Logger, *, say: Callable[[], None]) -> list[dict[str, Any]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.JsonLines("web"))
    logger.addHandler(handler)
    try:
        say()
    finally:
        logger.removeHandler(handler)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_of_a_task_that_nobody_awaited_only_place_and_type_are_kept() -> None:
    async def fail() -> None:
        raise ValueError(CANARY)

    async def forget() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task

    (line,) = written_by(logging.getLogger("asyncio"), say=lambda: asyncio.run(forget()))
    assert (line["logger"], line["level"], line["error"]) == ("asyncio", "error", "ValueError")
    assert line["event"].startswith("base_events.default_exception_handler:")
    assert CANARY not in json.dumps(line)


def test_fields_are_ours_alone() -> None:
    foreign, ours = logging.getLogger("uvicorn.error"), logging.getLogger("bot.chat")
    said = written_by(foreign, say=lambda: foreign.error("it broke", extra={"color_message": CANARY}))
    assert (said[0]["event"], "color_message" in said[0]) == ("it broke", False)
    said = written_by(ours, say=lambda: ours.error("it broke", extra={"seq": 3}))
    assert (said[0]["event"], said[0]["seq"]) == ("it broke", 3)
