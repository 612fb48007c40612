"""The real models, loaded once, and a small shop: some of the starter articles in both languages."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import uvicorn

from knowledge_index import embedder, seed
from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.client import KnowledgeClient
from knowledge_index.embedded import EmbeddedArticle, embedded
from knowledge_index.embedder import Embedder, Key
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.service import create_app
from tests.people import PATIENCE_SECONDS, until

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
def serve(embedders: dict[Key, Embedder]) -> Iterator[Callable[..., str]]:
    """Start the service on a data directory, perhaps with other models: its address. All stop after the test."""
    with ExitStack() as running:
        yield lambda data_dir, models=embedders: running.enter_context(_served(data_dir, models))


@pytest.fixture(scope="module")
def shop_address(
    embedders: dict[Key, Embedder], shop_articles: list[Article], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One service over the small shop, for tests that only ask it."""
    with _served(tmp_path_factory.mktemp("shop"), embedders) as address:
        asyncio.run(_fill(address, shop_articles))
        yield address


async def _fill(address: str, articles: list[Article]) -> None:
    async with KnowledgeClient(address) as knowledge:
        await knowledge.replace([article.as_wire() for article in articles])


@contextmanager
def _served(data_dir: Path, embedders: dict[Key, Embedder]) -> Iterator[str]:
    app = create_app(data_dir, lambda: embedders)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started and app.state.loading.library, what="the service did not start")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
