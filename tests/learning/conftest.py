"""One site a database for the whole room, which answers by the first word of a message."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.conftest import create_postgres
from tests.people import StaffMember
from tests.scripts import by_first_word
from tests.sites import PASSWORD, Site, hire, running


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("learning")
    postgres = request.param == "postgres"
    url = create_postgres(request.getfixturevalue("postgres")) if postgres else f"sqlite:///{folder / 'firebreak.db'}"
    limits: dict[str, Any] = {
        "messages_per_10_seconds": 1000,
        "messages_per_minute": 5000,
        "requests_per_minute": 100_000,
    }
    with running(url, folder, using=ScriptedEngine(by_first_word), **limits) as site:
        hire(site.db)
        yield site


@pytest.fixture(scope="module")
def cast(site: Site) -> dict[str, StaffMember]:
    return {name: StaffMember(site.url, f"{name}@emberly.example", PASSWORD) for name in ("ben", "cleo", "dan", "eve")}


@pytest.fixture
def ben(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["ben"]


@pytest.fixture
def cleo(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["cleo"]


@pytest.fixture
def dan(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["dan"]


@pytest.fixture
def eve(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["eve"]
