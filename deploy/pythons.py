"""Finding a Python of the version that an environment needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

APP_VERSIONS: tuple[tuple[int, int], ...] = ((3, 11), (3, 12), (3, 13))
RASA_VERSIONS: tuple[tuple[int, int], ...] = ((3, 10),)
TEST = "import ssl, sqlite3, venv, ensurepip, sys; assert sys.version_info[:2] == {}; print(sys.executable)"
PROBE_SECONDS = 20


def find(versions: tuple[tuple[int, int], ...], variable: str) -> str | None:
    """The first whole Python of one of `versions`, best first; `variable` may name one. Fetches by uv, else None."""
    for version in versions:
        for candidate in _candidates(version, variable):
            if (found := _whole(candidate, version)) is not None:
                return found
    return _by_uv(versions[0])


def is_whole(python: str, versions: tuple[tuple[int, int], ...]) -> bool:
    return any(_whole(python, version) for version in versions)


def cure(versions: tuple[tuple[int, int], ...], variable: str) -> str:
    name = _name(versions[0])
    return (
        f"No whole Python {name} was found (with ssl, sqlite3, venv and ensurepip).\n"
        "Install one, by any of:\n"
        f"  sudo apt-get install python{name} python{name}-venv\n"
        f"  pyenv install {name}\n"
        f"  uv python install {name}\n"
        f"or name one: {variable}=/path/to/python{name}"
    )


def _candidates(version: tuple[int, int], variable: str) -> Iterator[str]:
    name = _name(version)
    if os.environ.get(variable):
        yield os.environ[variable]
    if sys.version_info[:2] == version:
        yield sys.executable
    yield "python" + name
    prefix = _output(["pyenv", "prefix", name])
    if prefix:
        yield prefix + "/bin/python" + name
    root = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")
    for python in sorted(Path(root).glob(f"versions/{name}.*/bin/python{name}"), reverse=True):
        yield str(python)


def _whole(python: str, version: tuple[int, int]) -> str | None:
    """The real path of `python` when it is of that version and nothing that we need was left out of its build."""
    return _output([python, "-c", TEST.format(version)])


def _by_uv(version: tuple[int, int]) -> str | None:
    """pyenv's shims make `uv python find` itself fail: uv sees the PATH without them."""
    uv = shutil.which("uv") or next(
        (p for p in (_home("bin/uv"), _home(".local/bin/uv")) if os.access(p, os.X_OK)), None
    )
    if uv is None:
        return None
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if "shims" not in folder]
    environment = dict(os.environ, PATH=os.pathsep.join(folders))
    name = _name(version)
    found = _output([uv, "python", "find", name], environment)
    if found is None or _whole(found, version) is None:
        _output([uv, "python", "install", name], environment, seconds=600)
        found = _output([uv, "python", "find", name], environment)
    return _whole(found, version) if found else None


def _name(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _home(path: str) -> str:
    return str(Path.home() / path)


def _output(command: list[str], environment: dict[str, str] | None = None, seconds: int = PROBE_SECONDS) -> str | None:
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None if done.returncode == 0 else None
