"""Which ports this start uses: the web port as asked for, the inner ones wherever there is room."""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.core.settings import PREFIX, Settings
from bot.up import ports
from bot.up.parts import LOOPBACK, is_loopback

INNER = ("rasa_url", "actions_url", "knowledge_url")
"""The first may be several addresses."""
PATIENCE_SECONDS = 2.0  # the processes of a start that was just killed may hold their ports for a moment


class PortTakenError(Exception):
    """A port that was asked for is taken. The message names the port, its setting and who holds it."""


def settle(settings: Settings, say: Callable[[str], None]) -> Settings:
    """`settings` with ports that are free now; `say` is told of every inner port that had to move.

    Raises PortTakenError for a taken port that the operator chose: the web port, and inner ones set explicitly.
    """
    chosen: dict[str, object] = {"port": _web_port(settings)}
    taken = {chosen["port"]}
    for name in INNER:
        urls = getattr(settings, name).split(",")
        for place, url in enumerate(urls):
            if is_loopback(url):
                urls[place] = _inner_url(name, url, taken, say)
                taken.add(urlsplit(urls[place]).port)
        chosen[name] = ",".join(urls)
    return settings.model_copy(update=chosen)


def worker_door(settings: Settings) -> tuple[str, int]:
    """Where a worker of its own tells how it is: as asked for, else on a free port for this machine alone.

    `settings` are settled. Raises PortTakenError.
    """
    if settings.worker_port:
        cure = f"Stop it, or set another {PREFIX}WORKER_PORT."
        _check_free(settings.host, settings.worker_port, named=f"{PREFIX}WORKER_PORT", cure=cure)
        return settings.host, settings.worker_port
    taken = {settings.port, *(urlsplit(url).port for name in INNER for url in getattr(settings, name).split(","))}
    return LOOPBACK, ports.reserved_port(LOOPBACK, but=taken)


def _web_port(settings: Settings) -> int:
    if settings.port == 0:
        return ports.free_port(settings.host)
    named, cure = f"--port, {PREFIX}PORT", "Stop it, or give another --port."
    _check_free(settings.host, settings.port, named=named, cure=cure)
    return settings.port


def _check_free(host: str, port: int, *, named: str, cure: str) -> None:
    """Raises PortTakenError."""
    try:
        free = ports.is_free(host, port, patience_seconds=PATIENCE_SECONDS)
    except OSError as error:
        raise PortTakenError(f"{PREFIX}HOST={host}, port {port}: cannot listen there ({error.strerror}).") from error
    if not free:
        raise PortTakenError(f"Port {port} ({named}) is taken by {ports.holder(port)}. {cure}")


def _inner_url(name: str, url: str, taken: set[object], say: Callable[[str], None]) -> str:
    variable, port = f"{PREFIX}{name.upper()}", urlsplit(url).port or 80
    explicit = variable in os.environ
    patience = PATIENCE_SECONDS if explicit else 0.5
    if port not in taken and ports.reserve(port) and ports.is_free(LOOPBACK, port, patience_seconds=patience):
        return f"http://{LOOPBACK}:{port}"
    if explicit:
        raise PortTakenError(f"{variable}={url}: port {port} is taken by {ports.holder(port)}.")
    moved = ports.reserved_port(LOOPBACK, but=taken)
    say(f"port {port} is taken by {ports.holder(port)}; {name.removesuffix('_url')} uses {moved} instead")
    return f"http://{LOOPBACK}:{moved}"
