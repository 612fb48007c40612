"""Weights tuned to a project's intents: made on request, served beside the model that search uses, missed in words."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_index.embedder import KEYS, Embedder, Key
from knowledge_index.tuned import Standing, TunedModels
from knowledge_index.tuning import CannotTune, tune
from tests.people import until

EXAMPLES = [
    *((text, "late") for text in ("where is my parcel", "the courier is late", "my order has not come")),
    *((text, "refund") for text in ("I want my money back", "refund me please", "when is my refund paid")),
]


def ask(address: str, path: str, body: Any = None) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, sent, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def vectors(address: str, model: Key, **more: Any) -> Any:
    _, answer = ask(address, "/v1/embeddings", {"model": model, "input": [text for text, _ in EXAMPLES], **more})
    return np.asarray([row["embedding"] for row in answer["data"]])


@pytest.fixture
def address(serve: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FIREBREAK_MODELS_DIR", str(tmp_path / "models"))
    return serve(tmp_path)


@pytest.mark.parametrize("model", KEYS)
def test_it_is_made_once_and_served_beside_the_model_that_search_uses(address: str, model: Key) -> None:
    before, asked = vectors(address, model), {"model": model, "examples": EXAMPLES, "seconds": 1}
    name = ask(address, "/tuned", asked)[1]["tuned"]
    way = f"/tuned/{model}/{name}"
    until(lambda: ask(address, way)[1]["state"] != "tuning", what="the tuning did not end", seconds=150)
    assert ask(address, way)[1] == {"tuned": name, "state": "ready", "why": ""}
    tuned = vectors(address, model, tuned=name)
    assert np.allclose(np.linalg.norm(tuned, axis=1), 1, atol=1e-4)
    assert not np.allclose(tuned, before, atol=1e-4)
    assert np.array_equal(vectors(address, model), before)
    _, again = ask(address, "/tuned", {**asked, "examples": EXAMPLES[::-1]})
    assert (again["tuned"], again["state"]) == (name, "ready")


def test_weights_that_are_not_there_are_missed_in_words(address: str) -> None:
    status, told = ask(address, "/v1/embeddings", {"model": "en", "input": ["hello"], "tuned": "0" * 16})
    assert (status, told["error"]["code"]) == (404, "not_tuned")
    assert "train the model again" in told["error"]["message"]
    assert ask(address, f"/tuned/en/{'0' * 16}")[1]["state"] == "absent"


def test_what_is_not_bundled_cannot_be_tuned(embedders: dict[Key, Embedder]) -> None:
    named = replace(embedders["en"], name="someone's own", transformer=[object()])
    with pytest.raises(CannotTune, match="someone's own is not a bundled model"):
        tune(named, EXAMPLES, seconds=1.0)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tuned", {"model": "en", "examples": EXAMPLES[:3], "seconds": 1}),
        ("/tuned", {"model": "en", "examples": [], "seconds": 1}),
        ("/tuned", {"model": "en", "examples": EXAMPLES, "seconds": 0}),
        ("/tuned", {"model": "fr", "examples": EXAMPLES, "seconds": 1}),
        ("/v1/embeddings", {"model": "en", "input": ["hello"], "tuned": "../../../etc"}),
    ],
)
def test_what_cannot_be_tuned_is_refused(address: str, path: str, body: Any) -> None:
    assert ask(address, path, body)[0] == 422


def test_a_tuning_that_fails_says_why(embedders: dict[Key, Embedder], tmp_path: Path) -> None:
    (tmp_path / "tuned").write_text("a file where a folder should be")

    async def begun() -> Standing:
        models = TunedModels(tmp_path / "tuned", embedders["en"])
        name = models.begin(EXAMPLES, 1.0)
        assert models.standing(name).state == "tuning"
        await models.settled(name)
        return models.standing(name)

    standing = asyncio.run(begun())
    assert standing.state == "failed"
    assert "Tuning failed" in standing.why
