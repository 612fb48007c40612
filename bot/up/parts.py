"""The parts of the product: how each is started, and which address tells that it works."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.settings import PROJECT_ROOT, Settings
from bot.up.places import Places

LOOPBACK = "127.0.0.1"
BEHIND = {"FIREBREAK_NICENESS": "15"}
"""For whatever thinks: when processors are scarce, messages are still acknowledged at once."""


@dataclass(frozen=True)
class Part:
    """One process. `before` runs ahead of its start; where it gives False, this part and all after it stay out.

    `urgent`: nobody is acknowledged without it, so it is restarted sooner when it hangs.
    """

    name: str
    argv: tuple[str, ...]
    health: str = ""
    env: dict[str, str] = field(default_factory=dict)
    before: Callable[[], bool] | None = None
    urgent: bool = False


def rasa_python() -> Path:
    return Path(os.environ.get("FIREBREAK_RASA_PYTHON", PROJECT_ROOT / ".venv-rasa" / "bin" / "python"))


def child_environment(settings: Settings, places: Places) -> dict[str, str]:
    """What every part is told: the settings in force, and where to write."""
    return {
        "FIREBREAK_DATA_DIR": str(settings.data_dir),
        "FIREBREAK_HOST": settings.host,
        "FIREBREAK_PORT": str(settings.port),
        "FIREBREAK_RASA_URL": settings.rasa_url,
        "FIREBREAK_ACTIONS_URL": settings.actions_url,
        "FIREBREAK_KNOWLEDGE_URL": settings.knowledge_url,
        **writing_below(places),
    }


def writing_below(places: Places) -> dict[str, str]:
    """Keeps Python, and libraries with caches of their own, from writing anywhere but below the data directory."""
    return {
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "TMPDIR": str(places.tmp),
        "XDG_CACHE_HOME": str(places.home / ".cache"),
        "XDG_CONFIG_HOME": str(places.home / ".config"),
        "MPLCONFIGDIR": str(places.home / ".config" / "matplotlib"),
    }


def rasa_environment(places: Places) -> dict[str, str]:
    return {
        "HOME": str(places.home),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(places.home / "rasa-cache"),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def parts_of(
    settings: Settings, places: Places, *, worker_door: tuple[str, int] | None, train: Callable[[], bool]
) -> list[Part]:
    """What is started here, in order. A part whose address is another machine's is not ours to start.

    `worker_door`: host and port at which a worker of its own tells how it is; none where the web process has it.
    """
    web = Part("web", (sys.executable, "-m", "bot.cli", "serve"), reachable_url(settings, "/healthz"), urgent=True)
    knowledge = Part(
        "knowledge",
        (sys.executable, "-m", "knowledge_index.service", *_at(settings.knowledge_url)),
        f"{settings.knowledge_url}/healthz",
        env={"HOME": str(places.home), **BEHIND},
    )
    actions = Part(
        "actions",
        (sys.executable, "-m", "actions.serve", *_at(settings.actions_url)),
        f"{settings.actions_url}/health",
        env=BEHIND,
        before=train,
    )
    found = [web, _worker(settings, *worker_door)] if worker_door else [web]
    if is_loopback(settings.knowledge_url):
        found.append(knowledge)
    here = [(place, url) for place, url in enumerate(settings.rasa_urls, start=1) if is_loopback(url)]
    if settings.engine == "rasa" and here:
        found += [actions, *(_rasa(place, url, settings, places) for place, url in here)]
    return found


def _worker(settings: Settings, host: str, port: int) -> Part:
    door = settings.model_copy(update={"host": host, "port": port})
    return Part(
        "worker",
        (sys.executable, "-m", "bot.cli", "worker"),
        reachable_url(door, "/healthz"),
        env={"FIREBREAK_HOST": host, "FIREBREAK_WORKER_PORT": str(port)},
    )


def _rasa(place: int, url: str, settings: Settings, places: Places) -> Part:
    """Of several, each bears the number of its place in the setting, as `/readyz` has it."""
    serve = ("-m", "bot.nlu.serve", "--model", str(places.model), "--actions-url", settings.actions_url)
    return Part(
        "rasa" if len(settings.rasa_urls) == 1 else f"rasa-{place}",
        (str(rasa_python()), *serve, *_at(url)),
        f"{url}/",
        env={**rasa_environment(places), **BEHIND},
    )


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", LOOPBACK, "::1")


def web_url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def reachable_url(settings: Settings, path: str) -> str:
    """An address on this machine, also where the web process listens on all of them."""
    host = {"0.0.0.0": LOOPBACK, "::": "[::1]"}.get(settings.host)
    return f"http://{host}:{settings.port}{path}" if host else web_url(settings) + path


def _at(url: str) -> tuple[str, ...]:
    return "--host", LOOPBACK, "--port", str(urlsplit(url).port)
