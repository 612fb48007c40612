"""The whole product, started once as an operator starts it; journeys run on it with SQLite, and beside it with
PostgreSQL: a second web process on the same Rasa, actions and knowledge service."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bench import product as whole
from bench.product import Product
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT
from bot.knowledge import indexing, service
from knowledge_index import seed
from tests.people import Ada, StaffMember, until
from tests.sites import PASSWORD, STAFF, hire, running
from tests.web.conftest import chromium

LIMITS = {name: int(value) for name, value in whole.UNLIMITED.items()}
UNHURRIED = {
    "turn_timeout_seconds": "30",
    "overload_after_seconds": "600",
    "second_notice_after_seconds": "600",
    "tell_overload_after_seconds": "600",
}
"""Where a turn takes seconds, because the machine does much else, nobody else answers it, and no notice of it is taken
for its answer."""


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    shared = {"models_dir": str(PROJECT_ROOT / "models")}
    with whole.running(folder, settings={**whole.UNLIMITED, **UNHURRIED, **shared}) as started:
        database = Database(f"sqlite:///{folder / 'firebreak.db'}")
        hire(database)
        database.close()
        for question in ("my smart lock is offline", "智能门锁离线了"):
            until(functools.partial(_is_answered, started.url, question), what="no article answers")
        yield started


@pytest.fixture(scope="package")
def beside(product: Product, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web process on PostgreSQL that shares the product's Rasa, actions and knowledge service.

    An index follows one database, the product's; two that each make it equal to theirs would take turns.
    """
    from tests.conftest import create_postgres

    async def left_alone(*_: object) -> bool:
        return True

    urls = {name: product.setting(name) for name in ("rasa_url", "actions_url", "knowledge_url")}
    url = create_postgres(postgres)
    more: dict[str, Any] = {**LIMITS, **UNHURRIED, **urls, "engine": "rasa"}
    folder = tmp_path_factory.mktemp("beside")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "make_equal", left_alone)
        with running(url, folder, fill=_seed, **more) as site:
            yield site.url


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def door(request: pytest.FixtureRequest, product: Product) -> str:
    """Where customers and staff come in, on each database."""
    if request.param == "sqlite":
        return product.url
    url: str = request.getfixturevalue("beside")
    return url


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def ada(door: str) -> Ada:
    return Ada(door)


@pytest.fixture(scope="package")
def cast(door: str) -> dict[str, StaffMember]:
    return {name: StaffMember(door, f"{name}@emberly.example", PASSWORD) for name in STAFF}


@pytest.fixture
def ben(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["ben"]


@pytest.fixture
def dan(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["dan"]


@pytest.fixture
def cleo(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["cleo"]


def _is_answered(url: str, question: str) -> bool:
    """By an article: then all that a first question warms up is warm."""
    return "article_id" in Ada(url).asks(question)[0]


def _seed(database: Database) -> None:
    hire(database)
    with database.transaction() as session:
        service.do_seed(session, seed.articles())


def searched(cleo: StaffMember, text: str, language: str) -> dict[str, Any]:
    """What the search finds, once it does: on a busy machine it may be refused for having taken too long."""

    def found() -> dict[str, Any] | None:
        answer = cleo.http.get("/knowledge/search", params={"q": text, "language": language})
        return answer.json() if answer.status_code == 200 else None

    return until(found, what="the search is never ready")


def logs_of(product: Product) -> str:
    folder = Path(product.setting("data_dir")) / "logs"
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file())
