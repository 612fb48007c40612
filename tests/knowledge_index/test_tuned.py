"""Weights tuned to a project's intents: made on request, served beside the model that search uses, missed in words."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_index.embedder import Embedder, Key
from knowledge_index.tuned import Standing, TunedModels
from tests.people import until

EXAMPLES = [
    *([text, "late"] for text in ("where is my parcel", "the courier is late", "my order has not come")),
    *([text, "refund"] for text in ("I want my money back", "refund me please", "when is my refund paid")),
]


def ask(address: str, path: str, body: Any = None) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, sent, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def vectors(address: str, **more: Any) -> Any:
    _, answer = ask(address, "/v1/embeddings", {"model": "en", "input": [text for text, _ in EXAMPLES], **more})
    return np.asarray([row["embedding"] for row in answer["data"]])


@pytest.fixture
def address(serve: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FIREBREAK_MODELS_DIR", str(tmp_path / "models"))
    return serve(tmp_path)


def test_it_is_made_once_and_served_beside_the_model_that_search_uses(address: str) -> None:
    before = vectors(address)
    _, begun = ask(address, "/tuned", {"examples": EXAMPLES, "seconds": 1})
    name = begun["tuned"]
    until(lambda: ask(address, f"/tuned/{name}")[1]["state"] != "tuning", what="the tuning did not end", seconds=150)
    assert ask(address, f"/tuned/{name}")[1] == {"tuned": name, "state": "ready", "why": ""}
    tuned = vectors(address, tuned=name)
    assert np.allclose(np.linalg.norm(tuned, axis=1), 1, atol=1e-4)
    assert not np.allclose(tuned, before, atol=1e-4)
    assert np.array_equal(vectors(address), before)
    _, again = ask(address, "/tuned", {"examples": EXAMPLES[::-1], "seconds": 1})
    assert (again["tuned"], again["state"]) == (name, "ready")


def test_weights_that_are_not_there_are_missed_in_words(address: str) -> None:
    status, told = ask(address, "/v1/embeddings", {"model": "en", "input": ["hello"], "tuned": "0" * 16})
    assert (status, told["error"]["code"]) == (404, "not_tuned")
    assert "train the model again" in told["error"]["message"]
    assert ask(address, f"/tuned/{'0' * 16}")[1]["state"] == "absent"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tuned", {"examples": EXAMPLES[:3], "seconds": 1}),
        ("/tuned", {"examples": [], "seconds": 1}),
        ("/tuned", {"examples": EXAMPLES, "seconds": 0}),
        ("/v1/embeddings", {"model": "en", "input": ["hello"], "tuned": "../../../etc"}),
    ],
)
def test_what_cannot_be_tuned_is_refused(address: str, path: str, body: Any) -> None:
    assert ask(address, path, body)[0] == 422


def test_a_tuning_that_fails_says_why(embedders: dict[Key, Embedder], tmp_path: Path) -> None:
    (tmp_path / "tuned").write_text("a file where a folder should be")

    async def begun() -> Standing:
        models = TunedModels(tmp_path / "tuned", embedders["en"])
        name = models.begin([(text, label) for text, label in EXAMPLES], 1.0)
        assert models.standing(name).state == "tuning"
        await models.settled(name)
        return models.standing(name)

    standing = asyncio.run(begun())
    assert standing.state == "failed"
    assert "Tuning failed" in standing.why
