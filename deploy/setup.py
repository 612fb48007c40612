"""Set-up of both environments from the pinned requirements: `python3 deploy/setup.py [--dev]`.

`.venv` (Python 3.11 or newer) runs what we write, `.venv-rasa` (Python 3.10) runs Rasa; both are made at once.
Standard library only, and it runs on any Python from 3.8 on. A second run sees by a stamp that nothing is to be done.
"""

from __future__ import annotations

import argparse
import fcntl
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environments
from environments import Environment, SetupError

ROOT = Path(__file__).resolve().parents[1]


def main(argv: list[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    wanted = [
        e for e in environments.both(ROOT, dev=given.dev, packages_only=given.packages) if given.only in (None, e.name)
    ]
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stale = [environment for environment in wanted if not environment.is_current()]
        if not stale:
            return 0
        began = time.monotonic()
        failures = _make_all(stale)
    for failure in failures:
        sys.stderr.write(f"\nset-up failed\n{failure}\n")
    if not failures:
        _say(f"set-up done in {time.monotonic() - began:.0f} s")
    return 1 if failures else 0


def _make_all(stale: list[Environment]) -> list[str]:
    failures: list[str] = []
    names = " and ".join(environment.folder.name for environment in stale)
    _say(f"setting up {names}; the first time takes minutes and about 5 GB")

    def make(environment: Environment) -> None:
        try:
            environment.make()
        except SetupError as error:
            failures.append(str(error))

    threads = [threading.Thread(target=make, args=(environment,), daemon=True) for environment in stale]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)
    return failures


def _say(text: str) -> None:
    environments.say("set-up", text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="what tests, checks and benches need, too")
    parser.add_argument("--packages", action="store_true", help="leave the `firebreak` command out (images)")
    parser.add_argument("--only", choices=["app", "rasa"], help="make one environment alone")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
