"""Is a port free, who holds it, and which one to take instead."""

import errno
import secrets
import socket
import time
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"
QUIET = range(20_000, 32_768)
"""Ports that systems do not take for outgoing connections: one that was found free is free seconds later too."""


def is_free(host: str, port: int, *, patience_seconds: float = 0.0) -> bool:
    """Whether a server could listen there now. Raises OSError for an address that is not this machine's."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            _bind(host, port)
            return True
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)


_reserved: list[socket.socket] = []


def reserve(port: int) -> bool:
    """Keep `port` for this process against other starts of ours, for as long as it lives; False when one has it.

    A server takes its port seconds after it was found free; until then another start would find it free as well,
    and take the first one's part for its own. The name of a socket without a file ends with its process.
    """
    keeper = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        keeper.bind(f"\0firebreak-port-{port}")
    except OSError:
        keeper.close()
        return False
    _reserved.append(keeper)
    return True


def free_port(host: str, *, but: Container[object] = ()) -> int:
    """A port that is free now and not among `but`: those given out a moment ago look free still."""
    while (port := secrets.choice(QUIET)) in but or not is_free(host, port):
        pass
    return port


def reserved_port(host: str, *, but: Container[object] = ()) -> int:
    """A free port that no other start of ours takes either; see `reserve`."""
    while not reserve(port := free_port(host, but=but)):
        pass
    return port


def holder(port: int) -> str:
    """The process that listens on `port`, as "name (process 123)"; in general words where that cannot be seen."""
    inodes = _listening_inodes(port)
    for pid in (entry.name for entry in Path("/proc").glob("[0-9]*")):
        with suppress(OSError):
            if any(str(fd.readlink()) in inodes for fd in Path(f"/proc/{pid}/fd").iterdir()):
                command = (
                    Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                )
                return f"{command[:80]} (process {pid})"
    return "another process"


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{columns[9]}]")
    return found
