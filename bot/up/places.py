"""Where each thing lies below the data directory."""

import hashlib
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 95  # the kernel's 107, less what supervisord appends while it binds


MODELS_DIR = "FIREBREAK_MODELS_DIR"
"""Where trained models are kept, if not below the data directory: several data directories then train but once."""


@dataclass(frozen=True)
class Places:
    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def kept_models(self) -> Path:
        return Path(os.environ.get(MODELS_DIR) or self.models)

    @property
    def model(self) -> Path:
        """The model that Rasa is started with."""
        return self.models / "current.tar.gz"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    def make(self) -> None:
        for folder in (self.logs, self.models, self.kept_models, self.home, self.tmp):
            folder.mkdir(parents=True, exist_ok=True)

    def run_folder(self) -> Path:
        """A folder for sockets and pipes: below the data directory, unless its path or file system does not allow it.

        The stand-in is named by the data directory, so that a later start finds and reuses it.
        """
        folder = self.root / "run"
        if _holds_sockets(folder):
            return folder
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"firebreak-{os.getuid()}-{digest}"
        return folder if _holds_sockets(folder) else Path(tempfile.mkdtemp(prefix="fb-", dir="/tmp"))


def _holds_sockets(folder: Path) -> bool:
    probe, linked = folder / "probe", folder / "probe.link"
    if len(str(folder / "supervisor.sock")) > SOCKET_PATH_LIMIT:
        return False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (probe, linked):
            path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(probe))
        linked.hardlink_to(probe)
        for path in (probe, linked):
            path.unlink()
        os.mkfifo(probe)
        probe.unlink()
    except OSError:
        return False
    return folder.stat().st_uid == os.getuid()
