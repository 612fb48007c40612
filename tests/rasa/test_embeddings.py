"""Rasa's call for vectors: short, on one connection, and never the end of a turn."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from bot.nlu import embeddings
from bot.nlu.embeddings import EmbeddingsClient, EmbeddingsUnavailable
from tests.people import PATIENCE_SECONDS, until
from tests.rasa.local_http import LocalServer, serving


def rows(_path: str, body: Any) -> Any:
    listed = [{"index": n, "embedding": [float(len(text))]} for n, text in enumerate(body["input"])]
    return {"data": listed[::-1]}


@pytest.fixture
def service() -> Iterator[LocalServer]:
    with serving(rows) as local:
        yield local


def test_vectors_come_back_in_the_order_of_the_texts_over_one_kept_connection(service: LocalServer) -> None:
    client = EmbeddingsClient(service.url, timeout=PATIENCE_SECONDS)
    assert client.embed(["a", "bbb", "门锁"], model="en") == [[1.0], [3.0], [2.0]]
    assert client.embed(["dd"], model="multi") == [[2.0]]
    assert service.connections == 1
    assert service.asked[-1] == ("/v1/embeddings", {"input": ["dd"], "model": "multi"})


def test_a_connection_that_the_service_has_closed_is_opened_again(service: LocalServer) -> None:
    service.close_after_each = True
    client = EmbeddingsClient(service.url, timeout=PATIENCE_SECONDS)
    for _ in range(3):
        assert client.embed(["a"], model="en") == [[1.0]]
        time.sleep(0.01)


def test_a_text_that_cannot_be_embedded_has_none(service: LocalServer) -> None:
    service.answer = lambda _path, _body: {"data": [{"index": 0, "embedding": None, "error": "empty"}]}
    assert EmbeddingsClient(service.url, timeout=PATIENCE_SECONDS).embed([" "], model="en") == [None]


@pytest.mark.parametrize("answer", [500, 404, {"data": []}, {}, [], b"not json", {"data": "x"}])
def test_an_answer_that_makes_no_sense_is_unavailability(service: LocalServer, answer: Any) -> None:
    service.answer = lambda _path, _body: answer
    with pytest.raises(EmbeddingsUnavailable):
        EmbeddingsClient(service.url, timeout=PATIENCE_SECONDS).embed(["a"], model="en")


def test_a_service_that_is_gone_is_unavailability() -> None:
    with pytest.raises(EmbeddingsUnavailable):
        EmbeddingsClient("http://127.0.0.1:9", timeout=PATIENCE_SECONDS).embed(["a"], model="en")


def test_a_service_that_hangs_costs_one_time_out_and_is_then_left_alone(
    service: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "PAUSE_AFTER_TIMEOUT_SECONDS", 3600.0)
    client = EmbeddingsClient(service.url, timeout=0.1)
    service.delay_seconds = PATIENCE_SECONDS
    with pytest.raises(EmbeddingsUnavailable):
        client.embed(["a"], model="en")
    service.delay_seconds = 0.0
    with pytest.raises(EmbeddingsUnavailable, match="left alone"):
        client.embed(["a"], model="en")


def test_a_service_that_hung_is_asked_again_after_a_while(
    service: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "PAUSE_AFTER_TIMEOUT_SECONDS", 0.05)
    client = EmbeddingsClient(service.url, timeout=0.5)
    service.delay_seconds = PATIENCE_SECONDS
    with pytest.raises(EmbeddingsUnavailable):
        client.embed(["a"], model="en")
    service.delay_seconds = 0.0

    def embedded() -> list[list[float] | None]:
        with suppress(EmbeddingsUnavailable):
            return client.embed(["a"], model="en")
        return []

    assert until(embedded, what="it is still left alone") == [[1.0]]


def test_the_fingerprint_of_training_names_the_models(service: LocalServer) -> None:
    service.answer = lambda path, _body: {"state": "ready", "models": {"en": "a"}} if path == "/healthz" else 404
    assert EmbeddingsClient(service.url, timeout=PATIENCE_SECONDS).models() == '{"en": "a"}'
