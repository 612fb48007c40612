"""The dialogue model: trained by `rasa train` when what it is made from has changed, else taken from the cache."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.core.settings import PROJECT_ROOT
from bot.up.health import get
from bot.up.keeper import TETHER, tethered
from bot.up.logs import LogPump
from bot.up.parts import rasa_environment, rasa_python, writing_below
from bot.up.places import Places

MADE_FROM = ("config.yml", "domain.yml", "data", "bot/nlu", "bot/wire.py", "requirements/rasa.txt")
MODELS_KEPT = 3
KEPT_NAME = re.compile(r"[0-9a-f]{16}\.tar\.gz")
Wait = Callable[[float], None]


class TrainingError(Exception):
    """Training did not give a model. The message says why and what to do, in words."""


def fingerprint(root: Path, model_digests: object) -> str:
    """What the model depends on, as 16 hex digits: the project's files and the embedding models' digests."""
    digest = hashlib.sha256(json.dumps(model_digests, sort_keys=True).encode())
    for path in _sources(root):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def ensure_model(
    places: Places, *, knowledge_url: str, logs: LogPump, wait: Wait, on_training: Callable[[], None] = lambda: None
) -> Path:
    """The model for the project as it stands; trains it if it is not cached. The knowledge service must be ready.

    `wait` sleeps, and may raise to end the training. Raises TrainingError.
    """
    status, health = get(f"{knowledge_url}/healthz")
    if status != 200 or not isinstance(health, dict):
        raise TrainingError(f"The knowledge service does not answer at {knowledge_url}; training needs its embeddings.")
    name = fingerprint(PROJECT_ROOT, health.get("models"))
    model = places.kept_models / f"{name}.tar.gz"
    if not model.exists():
        on_training()
        _train(places, model, knowledge_url=knowledge_url, logs=logs, wait=wait)
    _make_current(places, model)
    return model


def forget(places: Places) -> None:
    """Throw the cached models away; the one that Rasa was started with stays."""
    for path in _kept(places):
        path.unlink(missing_ok=True)


def _train(places: Places, model: Path, *, knowledge_url: str, logs: LogPump, wait: Wait) -> None:
    python = rasa_python()
    if not python.exists():
        raise TrainingError(f"Rasa's Python is not at {python}. Run `make setup` first.")
    fresh = places.models / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    environment = {**writing_below(places), **rasa_environment(places), "FIREBREAK_KNOWLEDGE_URL": knowledge_url}
    code = _run(_command(python, fresh), environment, logs, wait)
    made = fresh / "model.tar.gz"
    if code != 0 or not made.exists():
        log = places.logs / "train.log"
        raise TrainingError(f"`rasa train` ended with {code} and gave no model; {log} has its own words.")
    _copy(made, model)
    shutil.rmtree(fresh, ignore_errors=True)


def _command(python: Path, out: Path) -> list[str]:
    files = ["--config", "config.yml", "--domain", "domain.yml", "--data", "data"]
    return [str(python), "-m", "rasa", "train", *files, "--out", str(out), "--fixed-model-name", "model"]


def _run(command: list[str], environment: dict[str, str], logs: LogPump, wait: Wait) -> int:
    process = subprocess.Popen(
        [*TETHER, "--", *command],
        cwd=PROJECT_ROOT,
        env=tethered(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    logs.follow_process("train", process)
    try:
        while process.poll() is None:
            wait(0.2)
    finally:
        process.kill()
        process.wait()
    return process.returncode


def _make_current(places: Places, model: Path) -> None:
    _copy(model, places.model)
    model.touch()
    kept = sorted(_kept(places), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[MODELS_KEPT:]:
        old.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all, also between file systems and beside another process that does the same."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, fresh)
    fresh.replace(target)


def _kept(places: Places) -> list[Path]:
    return [path for path in places.kept_models.glob("*.tar.gz") if KEPT_NAME.fullmatch(path.name)]


def _sources(root: Path) -> Iterator[Path]:
    for name in MADE_FROM:
        path = root / name
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".yaml", ".py") and p.is_file())
        elif path.is_file():
            yield path
