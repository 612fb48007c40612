import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from knowledge_index import lock, service
from knowledge_index.articles import Article, digest
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable
from knowledge_index.embedder import Embedder, Key
from tests.knowledge_index.room import room_for
from tests.people import PATIENCE_SECONDS

Told = TypeVar("Told")

BICYCLES: dict[str, Any] = {
    "id": "bicycles.en",
    "version": 1,
    "language": "en",
    "question": "Do you sell bicycles?",
    "variants": ["is there a bike in your shop"],
    "answer": "Yes, two electric ones, since May.",
    "audience": "public",
    "tags": ["shop"],
    "subject": "bicycles",
}


@pytest.fixture
def address(serve: Callable[[Path], str], tmp_path: Path) -> str:
    return serve(tmp_path)


class Patient(KnowledgeClient):
    """Waits for as long as a busy machine takes, unless it is told to hurry."""

    async def _call(self, method: str, path: str, timeout: float, body: Any = None) -> dict[str, Any]:
        return await super()._call(method, path, timeout if timeout < 1 else PATIENCE_SECONDS, body)


def talk(address: str, journey: Callable[[KnowledgeClient], Awaitable[Told]]) -> Told:
    async def connected() -> Told:
        async with Patient(address) as knowledge:
            return await journey(knowledge)

    return asyncio.run(connected())


def post(address: str, path: str, body: bytes, method: str = "POST") -> tuple[int, Any]:
    request = urllib.request.Request(address + path, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_published_article_is_found_by_the_next_search_and_a_deleted_one_is_not(address: str) -> None:
    async def journey(knowledge: KnowledgeClient) -> None:
        assert (await knowledge.search("do you sell bicycles", language="en")).decision == "none"
        assert await knowledge.put_article(BICYCLES) == 1
        found = await knowledge.search("do you sell bicycles", language="en")
        assert (found.decision, found.hits[0].article_id) == ("answer", "bicycles.en")
        assert found.hits[0].answer == BICYCLES["answer"]
        assert await knowledge.article("bicycles.en") == BICYCLES
        assert await knowledge.delete_article("bicycles.en", version=2) == 2
        assert (await knowledge.search("do you sell bicycles", language="en")).hits == ()
        assert await knowledge.article("bicycles.en") is None

    talk(address, journey)


def test_an_old_version_is_answered_with_the_one_that_is_held(address: str) -> None:
    async def journey(knowledge: KnowledgeClient) -> None:
        await knowledge.put_article({**BICYCLES, "version": 5})
        assert await knowledge.put_article({**BICYCLES, "version": 4, "answer": "No."}) == 5
        assert await knowledge.delete_article("bicycles.en", version=3) == 5
        held = await knowledge.article("bicycles.en")
        assert held is not None
        assert held["answer"] == BICYCLES["answer"]

    talk(address, journey)


def test_the_digest_tells_what_is_held(address: str) -> None:
    async def journey(knowledge: KnowledgeClient) -> None:
        assert (await knowledge.health())["digest"] == digest([])
        await knowledge.put_article({**BICYCLES, "version": 7})
        health = await knowledge.health()
        assert (health["state"], health["articles"]) == ("ready", 1)
        assert health["digest"] == digest([("bicycles.en", 7)])
        assert set(health["models"]) == {"en", "multi"}

    talk(address, journey)


def test_replacing_leaves_only_what_was_given_and_outlives_a_restart(
    serve: Callable[[Path], str], tmp_path: Path, shop_articles: list[Article]
) -> None:
    two = [article.as_wire() for article in shop_articles if article.subject == "smart-lock-offline"]

    async def replace(knowledge: KnowledgeClient) -> Any:
        await knowledge.put_article(BICYCLES)
        return await knowledge.replace(two)

    async def ask(knowledge: KnowledgeClient) -> Any:
        await knowledge.put_article({**BICYCLES, "version": 2})
        return await knowledge.health(), await knowledge.search("my smart lock is offline", language="en")

    replaced = talk(serve(tmp_path), replace)
    assert replaced["digest"] == digest([(one["id"], one["version"]) for one in two])
    health, found = talk(serve(tmp_path), ask)
    assert health["articles"] == 3
    assert found.hits[0].article_id == "smart-lock-offline.en"
    assert talk(serve(tmp_path), lambda knowledge: knowledge.health())["digest"] == health["digest"]


class Held:
    """A model that stops at a text until it is let go."""

    def __init__(self, model: Embedder, text: str) -> None:
        self._model, self._text = model, text
        self.reached, self.go = threading.Event(), threading.Event()

    def encode(self, texts: Sequence[str], role: Any = "query") -> Any:
        if self._text in texts:
            self.reached.set()
            self.go.wait(PATIENCE_SECONDS)
        return self._model.encode(texts, role)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def test_what_changes_while_the_index_is_rebuilt_is_kept(
    serve: Callable[..., str], tmp_path: Path, embedders: dict[Key, Embedder], shop_articles: list[Article]
) -> None:
    """The article that comes meanwhile has been there before, so that its vectors need no model."""
    everything = [article.as_wire() for article in shop_articles if article.language == "en"][:4]
    held = Held(embedders["en"], everything[0]["question"])
    address = serve(tmp_path, {**embedders, "en": held})

    async def journey(knowledge: KnowledgeClient) -> None:
        await knowledge.put_article(BICYCLES)
        assert (await knowledge.search("do you sell bicycles", language="en")).decision == "answer"
        await knowledge.delete_article(BICYCLES["id"], version=2)
        rebuilding = asyncio.create_task(knowledge.replace(everything))
        await asyncio.to_thread(held.reached.wait, PATIENCE_SECONDS)
        await knowledge.put_article({**BICYCLES, "version": 3})
        await knowledge.delete_article(everything[0]["id"], version=9)
        assert not rebuilding.done()
        assert (await knowledge.search("do you sell bicycles", language="en")).decision == "answer"
        held.go.set()
        await rebuilding
        assert (await knowledge.search("do you sell bicycles", language="en")).decision == "answer"
        assert await knowledge.article(everything[0]["id"]) is None

    talk(address, journey)


def test_of_two_rebuilds_the_second_waits_and_undoes_nothing_that_came_meanwhile(
    serve: Callable[..., str], tmp_path: Path, embedders: dict[Key, Embedder], shop_articles: list[Article]
) -> None:
    everything = [article.as_wire() for article in shop_articles if article.language == "en"][:4]
    held = Held(embedders["en"], everything[0]["question"])
    address = serve(tmp_path, {**embedders, "en": held})

    async def journey(knowledge: KnowledgeClient) -> None:
        seen = (await knowledge.health(timeout=PATIENCE_SECONDS))["digest"]
        first = asyncio.create_task(knowledge.replace(everything))
        await asyncio.to_thread(held.reached.wait, PATIENCE_SECONDS)
        second = asyncio.create_task(knowledge.replace(everything, if_digest=seen))
        assert (await knowledge.health(timeout=PATIENCE_SECONDS))["rebuilding"]
        await knowledge.put_articles([BICYCLES], timeout=PATIENCE_SECONDS)
        held.go.set()
        await first
        with pytest.raises(KnowledgeRefused) as refused:
            await second
        assert refused.value.code == "changed"
        assert await knowledge.article(BICYCLES["id"], timeout=PATIENCE_SECONDS)
        assert not (await knowledge.health(timeout=PATIENCE_SECONDS))["rebuilding"]

    talk(address, journey)


def test_without_room_on_the_disk_an_article_is_refused_in_words_and_taken_later(address: str) -> None:
    long = {**BICYCLES, "version": 2, "tags": ["x" * 100_000]}

    async def journey(knowledge: KnowledgeClient) -> None:
        await knowledge.put_article(BICYCLES, timeout=PATIENCE_SECONDS)
        with room_for(65_536), pytest.raises(KnowledgeUnavailable, match="no room on the disk"):
            await knowledge.put_article(long, timeout=PATIENCE_SECONDS)
        held = await knowledge.article(BICYCLES["id"], timeout=PATIENCE_SECONDS)
        assert held is not None
        assert held["version"] == BICYCLES["version"]
        assert await knowledge.put_article(long, timeout=PATIENCE_SECONDS) == 2

    talk(address, journey)


def test_an_article_that_no_model_can_read_holds_no_rebuild_up(
    serve: Callable[..., str], tmp_path: Path, embedders: dict[Key, Embedder], shop_articles: list[Article]
) -> None:
    class Refusing:
        def encode(self, texts: Sequence[str], role: Any = "query") -> Any:
            if BICYCLES["question"] in texts:
                raise ValueError("a text that this model cannot take")
            return embedders["en"].encode(texts, role)

        def __getattr__(self, name: str) -> Any:
            return getattr(embedders["en"], name)

    async def journey(knowledge: KnowledgeClient) -> None:
        one = next(article.as_wire() for article in shop_articles if article.subject == "smart-lock-offline")
        assert (await knowledge.replace([BICYCLES, one]))["articles"] == 2
        assert await knowledge.article(BICYCLES["id"], timeout=PATIENCE_SECONDS)

    talk(serve(tmp_path, {**embedders, "en": Refusing()}), journey)


def test_a_rebuild_for_an_index_that_has_changed_since_is_refused(address: str) -> None:
    async def journey(knowledge: KnowledgeClient) -> None:
        seen = (await knowledge.health())["digest"]
        await knowledge.put_article(BICYCLES)
        with pytest.raises(KnowledgeRefused) as refused:
            await knowledge.replace([], if_digest=seen)
        assert refused.value.code == "changed"
        assert (await knowledge.health())["articles"] == 1

    talk(address, journey)


def test_embeddings_have_the_shape_of_openai_and_are_the_models(address: str, embedders: dict[Key, Embedder]) -> None:
    status, answer = post(address, "/v1/embeddings", b'{"input": ["hello", "goodbye"], "model": "en"}')
    assert status == 200
    assert (answer["object"], answer["model"]) == ("list", "en")
    assert [entry["index"] for entry in answer["data"]] == [0, 1]
    vectors = np.array([entry["embedding"] for entry in answer["data"]])
    assert np.allclose(vectors, embedders["en"].encode(["hello", "goodbye"]), atol=1e-5)
    one = talk(address, lambda knowledge: knowledge.embed(["hello"], model="en"))
    assert one[0] == pytest.approx(vectors[0], abs=1e-6)


@pytest.mark.parametrize("model", ["en", "multi"])
def test_one_bad_text_fails_in_its_place_only(address: str, model: str) -> None:
    body = rb'{"input": ["good", "", "\u0000", 7, null, "\ud800", "half \ud83d", "fine"], "model": "%s"}'
    status, answer = post(address, "/v1/embeddings", body % model.encode())
    assert status == 200
    embedded = [entry["embedding"] is not None for entry in answer["data"]]
    assert embedded == [True, False, False, False, False, False, True, True]
    assert all(entry["error"] for entry in answer["data"] if entry["embedding"] is None)


@pytest.mark.parametrize("text", [r"\ud800", r"\u0000", "", "   ", "a" * 30_000])
def test_strange_texts_are_searched_without_harm(address: str, text: str) -> None:
    status, answer = post(address, "/search", f'{{"text": "{text}", "language": "en"}}'.encode())
    assert (status, answer["decision"]) == (200, "none")


@pytest.mark.parametrize(
    ("path", "body", "method", "status", "code"),
    [
        ("/search", b'{"language": "en"}', "POST", 422, "invalid"),
        ("/search", b"not json", "POST", 422, "invalid"),
        ("/v1/embeddings", b'{"input": [], "model": "en"}', "POST", 422, "invalid"),
        ("/v1/embeddings", b'{"input": "x", "model": "gpt"}', "POST", 422, "invalid"),
        ("/articles/x", b'{"version": 0}', "PUT", 422, "invalid"),
        (
            "/articles/x",
            b'{"version": 1, "language": "en", "question": " \\u0000 ", "answer": "b"}',
            "PUT",
            422,
            "invalid",
        ),
        ("/nowhere", b"{}", "POST", 404, "not_found"),
        ("/search", b"{}", "PUT", 405, "method_not_allowed"),
    ],
)
def test_every_refusal_has_the_one_shape(
    address: str, path: str, body: bytes, method: str, status: int, code: str
) -> None:
    found, answer = post(address, path, body, method)
    assert (found, answer["error"]["code"]) == (status, code)
    assert answer["error"]["message"].endswith(".")


def test_ids_may_hold_any_character(address: str) -> None:
    strange = {**BICYCLES, "id": "a/b c?.en"}

    async def journey(knowledge: KnowledgeClient) -> None:
        await knowledge.put_article(strange)
        assert await knowledge.article("a/b c?.en") == strange

    talk(address, journey)


def test_the_running_index_is_evaluated_on_request(address: str, shop_articles: list[Article]) -> None:
    one = [article.as_wire() for article in shop_articles if article.id == "smart-lock-offline.en"]

    async def journey(knowledge: KnowledgeClient) -> dict[str, Any]:
        await knowledge.replace(one)
        return await knowledge.evaluate("en")

    measured = talk(address, journey)
    assert measured["report"]["recall_at_1"] == 1.0
    assert measured["report"]["answerable"] == len(one[0]["variants"])
    assert not measured["fitted"]


def test_a_service_that_is_away_or_too_slow_is_unavailable() -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        with pytest.raises(KnowledgeUnavailable):
            talk(f"http://127.0.0.1:{port}", lambda knowledge: knowledge.health(timeout=0.1))
    with pytest.raises(KnowledgeUnavailable):
        talk(f"http://127.0.0.1:{port}", lambda knowledge: knowledge.health())


def test_the_client_loads_neither_torch_nor_faiss_nor_numpy() -> None:
    check = "import sys, knowledge_index.client as c; print(sorted({'torch', 'faiss', 'numpy'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", check], text=True).strip() == "[]"


def test_the_process_listens_at_once_says_loading_and_stops_when_told(tmp_path: Path) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "knowledge_index.service", "--port", str(port), "--data-dir", str(tmp_path)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        try:
            states = _states_until_ready(f"http://127.0.0.1:{port}")
            assert states[0] == "loading"
            assert states[-1] == "ready"
            post(f"http://127.0.0.1:{port}", "/search", b'{"text": "canary 4711", "language": "en"}')
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    lines = [json.loads(line) for line in output.decode().splitlines()]
    assert "ready" in [line["event"] for line in lines]
    assert "canary" not in output.decode() + errors.decode()
    assert process.returncode in (0, -signal.SIGTERM)


def _states_until_ready(address: str) -> list[str]:
    states: list[str] = []
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and states[-1:] != ["ready"]:
        try:
            with urllib.request.urlopen(address + "/healthz", timeout=5) as answer:
                states.append(json.load(answer)["state"])
            if states == ["loading"]:
                status, body = post(address, "/search", b'{"text": "hello", "language": "en"}')
                assert (status, body["error"]["code"]) == (503, "loading")
        except OSError:
            pass
        time.sleep(0.1)
    return states


def test_a_second_service_on_a_data_directory_is_refused_in_words(tmp_path: Path) -> None:
    with lock.held(tmp_path), pytest.raises(SystemExit, match=rf"in use by another .* \(process {os.getpid()}\)"):
        service.main(["--data-dir", str(tmp_path), "--port", "0"])
    with lock.held(tmp_path):
        assert (tmp_path / lock.NAME).read_text() == str(os.getpid())
