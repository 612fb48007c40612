"""What cannot be loaded is tried again, and meanwhile says why."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from knowledge_index import service
from knowledge_index.embedder import Embedder, Key
from tests.people import until


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
