"""`firebreak up` with made-up parts: run as `python -m tests.process.start DATA_DIR PARTS_JSON`."""

import json
import logging
import sys
from contextlib import closing
from pathlib import Path

from bot.up import lock, stop
from bot.up.logs import LogPump
from bot.up.parts import Part
from bot.up.places import Places
from bot.up.run import Start, keep_up
from bot.up.watch import Patience

SHORT = Patience(between_looks=0.3, silent=3.0, starting=20.0, given_up=1.0, supervisor=5.0)


def main(data_dir: str, described: str) -> None:
    places = Places(Path(data_dir))
    places.make()
    parts = [Part(p["name"], tuple(p["argv"]), p["health"]) for p in json.loads(described)]
    with lock.held(places.root), stop.listening() as wish, closing(LogPump(places.logs)) as logs:
        logs.start()
        start = Start(places, {}, parts[0].health, parts[0].health, logs, wish, SHORT)
        try:
            keep_up(start, parts)
        except stop.Stopped:
            logs.say("up", logging.INFO, "stopped")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
