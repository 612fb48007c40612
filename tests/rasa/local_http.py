"""A local HTTP server that answers as a test tells it to: the far end of a connection, speaking the real protocol."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

POLL_SECONDS: Final = 0.02

Answer = Callable[[str, Any], Any]


@dataclass
class LocalServer:
    """`answer(path, body)` gives the JSON to send, bytes to send as they are, or an int as the status.

    While it is `gone`, every connection is closed without a word.
    """

    answer: Answer
    url: str = ""
    connections: int = 0
    asked: list[tuple[str, Any]] = field(default_factory=list)
    delay_seconds: float = 0.0
    close_after_each: bool = False
    gone: bool = False


@contextmanager
def serving(answer: Answer) -> Iterator[LocalServer]:
    local = LocalServer(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            local.connections += 1

        def do_GET(self) -> None:
            self._give(None)

        def do_POST(self) -> None:
            self._give(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _give(self, body: Any) -> None:
            local.asked.append((self.path, body))
            if local.gone:
                self.close_connection = True
                return
            time.sleep(local.delay_seconds)
            made = local.answer(self.path, body)
            raw = made if isinstance(made, bytes) else json.dumps(made).encode()
            self.send_response(made if isinstance(made, int) else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
            self.close_connection = local.close_after_each

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            """A caller that has given up waiting is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    local.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield local
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
