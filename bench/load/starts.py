"""From the command to the first acknowledgement and the first answer: on a data directory that was used before, and
(asked for by `--cold`) by `make run` in a fresh clone, downloads included."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from bench import product as whole
from bench.report import figure, say
from bot.core.settings import PROJECT_ROOT

WARM_ACK_SECONDS, WARM_ANSWER_SECONDS = 8.0, 40.0
COLD_ANSWER_SECONDS = 600.0
COLD_GIVE_UP_SECONDS = 3600.0
QUESTION = "how long do I have to send something back?"


def warm(folder: Path) -> None:
    """`folder`: a data directory on which the product has answered before, and has been stopped."""
    say("a second start on the same data")
    began = time.monotonic()
    settings = {**whole.UNLIMITED, "models_dir": str(PROJECT_ROOT / "models")}
    with whole.running(folder, answering=False, settings=settings) as product:
        acked = _first_ack(product.url, began)
        product.wait_for("answering", seconds=whole.ANSWERING_SECONDS)
        answered = _first_answer(product.url, began)
    _tell("warm start to the first ack", acked, WARM_ACK_SECONDS)
    _tell("warm start to the first answer", answered, WARM_ANSWER_SECONDS)


def cold() -> None:
    """Clone, `make run`, ask. Everything is downloaded and trained anew, so it takes minutes."""
    with tempfile.TemporaryDirectory(prefix="firebreak-cold-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT_ROOT), str(clone)], check=True, stdout=sys.stderr)
        port = whole.free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("FIREBREAK_", "VIRTUAL_ENV"))}
        say("make run in a fresh clone")
        began = time.monotonic()
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env={**kept, "FIREBREAK_PORT": str(port)},
            stdout=sys.stderr,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _until(lambda: process.poll() is not None or _answers(f"{url}/healthz"), COLD_GIVE_UP_SECONDS)
            answered = _first_answer(url, began)
        finally:
            _end(process)
    _tell("cold make run to the first answer", answered, COLD_ANSWER_SECONDS)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the group that `make` began, as Ctrl-C does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _first_ack(url: str, began: float) -> float:
    with httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=30) as http:
        _send(http)
    return time.monotonic() - began


def _first_answer(url: str, began: float) -> float:
    """Ask until the bot itself answers: before Rasa and the index are up others may speak."""
    with httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=60) as http:
        conversation_id, seq = _send(http)
        while True:
            path = f"/conversations/{conversation_id}/messages"
            heard = http.get(path, params={"after_seq": seq, "wait": 25}).raise_for_status().json()["messages"]
            if any(message["author"] == "bot" for message in heard):
                return time.monotonic() - began
            if time.monotonic() - began > COLD_GIVE_UP_SECONDS:
                raise RuntimeError("nothing was answered")
            seq = max([seq, *(message["seq"] for message in heard)])


def _send(http: httpx.Client) -> tuple[str, int]:
    body = {"channel": "web", "visitor_id": f"bench-{time.time_ns()}"}
    started = http.post("/conversations", json=body).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {started['token']}"
    message = {"client_message_id": "first", "text": QUESTION}
    path = f"/conversations/{started['conversation_id']}/messages"
    return started["conversation_id"], http.post(path, json=message).raise_for_status().json()["seq"]


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _until(happened: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError("it did not start in time")
        time.sleep(0.2)


def _tell(measure: str, value: float, target: float) -> None:
    figure("load", measure, value, "s", target=f"<= {target:g}", ok=value <= target)
