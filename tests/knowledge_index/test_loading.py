"""What cannot be loaded is tried again, and meanwhile says why; what is loaded is ready once it has been used."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from knowledge_index import service
from knowledge_index.embedder import Embedder, Key
from tests.people import PATIENCE_SECONDS, until


def test_models_that_could_not_be_loaded_are_loaded_once_they_can(
    embedders: dict[Key, Embedder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOAD_AGAIN_SECONDS", (0.05,))
    there = False

    def load() -> dict[Key, Embedder]:
        if not there:
            raise OSError("the weights are not there")
        return embedders

    with TestClient(service.create_app(tmp_path, load)) as client:

        def health() -> dict[str, Any]:
            found: dict[str, Any] = client.get("/healthz").json()
            return found

        until(lambda: health()["failure"], what="it does not say why")
        assert health()["state"] == "loading"
        refused = client.post("/search", json={"text": "hello", "language": "en"})
        assert (refused.status_code, "weights" in refused.json()["error"]["message"]) == (503, True)
        there = True
        until(lambda: health()["state"] == "ready")
        assert "failure" not in health()


class Slow:
    """A model whose first pass takes as long as it is held up."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.asked, self.free = threading.Event(), threading.Event()

    def encode(self, *texts: Any, **how: Any) -> Any:
        self.asked.set()
        assert self.free.wait(PATIENCE_SECONDS)
        return self._model.encode(*texts, **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def test_ready_is_said_once_every_model_has_made_its_first_pass(embedders: dict[Key, Embedder], tmp_path: Path) -> None:
    slow = {key: Slow(model.transformer) for key, model in embedders.items()}
    held_up = {key: replace(model, transformer=slow[key]) for key, model in embedders.items()}
    with TestClient(service.create_app(tmp_path, lambda: held_up)) as client:
        for model in slow.values():
            assert model.asked.wait(PATIENCE_SECONDS)
            assert client.get("/healthz").json()["state"] == "loading"
            model.free.set()
        until(lambda: client.get("/healthz").json()["state"] == "ready")
