"""Vectors for stock Rasa: `python -m bench.stock.embeddings`, one text at a time, no batches, no cache."""

import argparse
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from knowledge_index.embedder import CannotEmbed, Embedder, Key, load_all

MODELS: dict[Key, Embedder] = {}
ONE_AT_A_TIME = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def do_GET(self) -> None:
        self._send({"state": "ready", "models": {key: model.digest for key, model in MODELS.items()}})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        model = MODELS[asked["model"]]
        self._send({"data": [{"index": at, "embedding": _vector(model, text)} for at, text in enumerate(texts)]})

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _vector(model: Embedder, text: str) -> list[float] | None:
    try:
        with ONE_AT_A_TIME:
            return [float(value) for value in model.encode([text])[0]]
    except CannotEmbed:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stock.embeddings", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    MODELS.update(load_all())
    ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler).serve_forever()


if __name__ == "__main__":
    main()
