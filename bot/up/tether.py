"""Become one part of the product, tied to the process that started it. Stdlib only; run as `python -I tether.py NAME`.

Reads the part's command, environment and log pipe from the file that FIREBREAK_PARTS names, asks the kernel to kill
this process when its parent dies (PR_SET_PDEATHSIG survives exec), and execs the command. With `--` and a command in
place of NAME it runs that command in the same way, on the streams that it has.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

PARENT = "FIREBREAK_PARENT_PID"
PARTS = "FIREBREAK_PARTS"
NICENESS = "FIREBREAK_NICENESS"
PR_SET_PDEATHSIG = 1
OPEN_FILES = 65_536


def main(argv: list[str]) -> None:
    _die_with_parent(int(os.environ[PARENT]))
    os.environ[PARENT] = str(os.getpid())
    _raise_open_files()
    if argv[0] == "--":
        command = argv[1:]
    else:
        part = json.loads(Path(os.environ[PARTS]).read_text(encoding="utf-8"))[argv[0]]
        _log_to(part["log"])
        os.environ.update(part["env"])
        command = part["argv"]
        os.nice(int(os.environ.get(NICENESS, "0")))
    os.execvp(command[0], command)


def _die_with_parent(parent: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the process that started this one is gone")


def _log_to(pipe: str) -> None:
    stream = os.open(pipe, os.O_WRONLY)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.close(stream)


def _raise_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
