"""A small part of a made-up product: answers 200 on its port. It can be slow to load, deaf to SIGTERM, or fall at once.

Run as `python part.py PORT LOG [--loading SECONDS] [--deaf] [--fail] [--unasked]`; writes "start" to LOG as it begins.
"""

import argparse
import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("log", type=Path)
    parser.add_argument("--loading", type=float, default=0.0)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--fail", action="store_true")
    parser.add_argument("--unasked", action="store_true")
    given = parser.parse_args()
    with given.log.open("a", encoding="utf-8") as log:
        log.write(f"{time.time()} {given.port} {os.getpid()}\n")
    sys.stdout.write(f"part at {given.port} begins\n")
    sys.stdout.flush()
    if given.fail:
        sys.exit("this part cannot start")
    if given.deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    loaded = time.monotonic() + given.loading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state = "ready" if time.monotonic() >= loaded else "loading"
            body = json.dumps({"state": state, "ready": True, "answering": True, "pid": os.getpid()}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", given.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
