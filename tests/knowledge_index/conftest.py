"""The real models, loaded once, and a small shop: some of the starter articles in both languages."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import uvicorn

from knowledge_index import embedder, seed
from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import EmbeddedArticle, embedded
from knowledge_index.embedder import Embedder, Key
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.service import create_app

SHOP = (
    "smart-lock-offline",
    "smart-lock-will-not-open",
    "camera-offline",
    "track-order",
    "return-item",
    "warranty-length",
    "payment-methods",
    "reset-password",
    "lock-key-lost",
    "international-shipping",
)


@pytest.fixture(scope="session")
def embedders() -> dict[Key, Embedder]:
    return embedder.load_all({})


@pytest.fixture(scope="session")
def shop_articles() -> list[Article]:
    return [article for article in map(Article.from_wire, seed.articles()) if article.subject in SHOP]


@pytest.fixture(scope="session")
def shop_embedded(shop_articles: list[Article], embedders: dict[Key, Embedder]) -> list[EmbeddedArticle]:
    return embedded(shop_articles, embedders)


@pytest.fixture
def shop(shop_embedded: list[EmbeddedArticle], embedders: dict[Key, Embedder]) -> KnowledgeIndex:
    return built(Calibration.read(), {key: model.dimension for key, model in embedders.items()}, shop_embedded)


@pytest.fixture
def serve(embedders: dict[Key, Embedder]) -> Iterator[Callable[[Path], str]]:
    """Start the service on a data directory and get its address; all of them stop after the test."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(data_dir: Path) -> str:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        app = create_app(data_dir, lambda: embedders)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        deadline = time.monotonic() + 20
        while not (server.started and app.state.loading.library) and time.monotonic() < deadline:
            time.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    yield start
    for server, _ in running:
        server.should_exit = True
    for _, thread in running:
        thread.join(10)
