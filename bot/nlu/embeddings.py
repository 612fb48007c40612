"""The knowledge service's `/v1/embeddings`, as Rasa's featurizer needs it: blocking, short, on one kept connection.

Standard library only. Rasa handles one message at a time, so a call here stops every conversation while it lasts.
"""

import http.client
import json
import os
import time
from typing import Any, Final
from urllib.parse import urlsplit

DEFAULT_URL: Final = "http://127.0.0.1:5065"
PAUSE_AFTER_TIMEOUT_SECONDS: Final = 2.0
"""A service that hangs costs every waiting customer a full time-out a message: after one, leave it alone so long."""


class EmbeddingsUnavailable(Exception):
    """The knowledge service gave no usable answer in time."""


def knowledge_url() -> str:
    return os.environ.get("FIREBREAK_KNOWLEDGE_URL") or DEFAULT_URL


class EmbeddingsClient:
    """Not safe for threads: one connection, one call at a time."""

    def __init__(self, url: str, *, timeout: float) -> None:
        parts = urlsplit(url)
        self.url = url
        self._path = parts.path.rstrip("/")
        self._timeout = timeout
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=timeout)
        self._paused_until = 0.0

    def embed(self, texts: list[str], *, model: str, keep: bool = False, tuned: str = "") -> list[list[float] | None]:
        """One vector a text, in order; None where the service could not embed it. Raises EmbeddingsUnavailable.

        `keep`: the service may keep the vectors for the next training; never for what customers write.
        `tuned`: by the weights that `tune` gave this name.
        """
        if time.monotonic() < self._paused_until:
            raise EmbeddingsUnavailable("left alone after a time-out")
        more = {**({"keep": True} if keep else {}), **({"tuned": tuned} if tuned else {})}
        answer = self._call("POST", "/v1/embeddings", {"input": texts, "model": model, **more})
        rows = answer.get("data")
        if not isinstance(rows, list) or len(rows) != len(texts):
            raise EmbeddingsUnavailable("an answer of another shape")
        return [row.get("embedding") for row in sorted(rows, key=lambda row: int(row["index"]))]

    def models(self) -> str:
        """The identity of the models behind the service, for fingerprints. Raises EmbeddingsUnavailable."""
        return json.dumps(self._call("GET", "/healthz", None).get("models"), sort_keys=True)

    def tune(self, examples: list[tuple[str, str]], seconds: float, *, model: str) -> tuple[str, str, str]:
        """Have an encoder tuned, or learn that it is: its name, its state, and why it failed.

        States: "tuning", "ready", "failed". Raises EmbeddingsUnavailable.
        """
        answer = self._call("POST", "/tuned", {"model": model, "examples": examples, "seconds": seconds})
        return str(answer.get("tuned")), str(answer.get("state")), str(answer.get("why"))

    def tuning(self, name: str, *, model: str) -> tuple[str, str]:
        """How that is going: as `tune`, or "absent" where the service has forgotten. Raises EmbeddingsUnavailable."""
        answer = self._call("GET", f"/tuned/{model}/{name}", None)
        return str(answer.get("state")), str(answer.get("why"))

    def _call(self, method: str, path: str, payload: dict[str, Any] | None) -> dict[str, Any]:
        body = None if payload is None else json.dumps(payload).encode()
        try:
            status, raw = self._exchange(method, self._path + path, body)
        except TimeoutError as error:
            self._connection.close()
            self._paused_until = time.monotonic() + PAUSE_AFTER_TIMEOUT_SECONDS
            raise EmbeddingsUnavailable("no answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise EmbeddingsUnavailable(type(error).__name__) from error
        return _parsed(status, raw)

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """One request; once more when a kept connection turns out to have been closed by the other side."""
        kept = self._connection.sock is not None
        try:
            return self._request(method, path, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not kept:
                raise
            self._connection.close()
            return self._request(method, path, body)

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        self._connection.request(method, path, body=body, headers={"Content-Type": "application/json"})
        response = self._connection.getresponse()
        return response.status, response.read()


def _parsed(status: int, raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise EmbeddingsUnavailable(f"status {status}, an answer that is not JSON") from error
    if not isinstance(answer, dict):
        raise EmbeddingsUnavailable(f"status {status}, an answer of another shape")
    if status != http.client.OK:
        told = answer.get("error")
        raise EmbeddingsUnavailable(
            f"status {status}: {told.get('message') if isinstance(told, dict) else 'no reason'}"
        )
    return answer
