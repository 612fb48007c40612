"""One site a database for the whole room, which says every message back: each test has its own conversation."""

from collections.abc import Iterator

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.conftest import migrated, peopled
from tests.sites import Site


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("chat")
    with peopled(migrated(request, folder), folder, ScriptedEngine()) as site:
        yield site
