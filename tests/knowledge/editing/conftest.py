"""One site for the whole package on each database: Cleo writes there, and the admin is a second editor beside her."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.conftest import create_postgres
from tests.people import StaffMember
from tests.sites import PASSWORD, Site, hire, running

ARTICLE: dict[str, Any] = {
    "language": "en",
    "question": "Do you repair antique clocks?",
    "variants": ["clock repair"],
    "answer": "No, but our partner does.",
    "tags": ["service"],
    "audience": "public",
}
Write = Callable[..., dict[str, Any]]


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("editing")
    url = f"sqlite:///{folder / 'firebreak.db'}"
    if request.param == "postgres":
        url = create_postgres(request.getfixturevalue("postgres"))
    more: dict[str, Any] = {"requests_per_minute": 1_000_000, "link_check_networks": "127.0.0.0/8"}
    with running(url, folder, using=ScriptedEngine(), **more) as site:
        hire(site.db)
        yield site


@pytest.fixture(scope="package")
def cast(site: Site) -> dict[str, StaffMember]:
    """Signed in once."""
    return {name: StaffMember(site.url, f"{name}@emberly.example", PASSWORD) for name in ("ben", "cleo", "admin")}


@pytest.fixture
def ben(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["ben"]


@pytest.fixture
def cleo(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["cleo"]


@pytest.fixture
def admin(cast: dict[str, StaffMember]) -> StaffMember:
    return cast["admin"]


@pytest.fixture
def write(cleo: StaffMember) -> Write:
    """`write(question="...")` makes an article, a draft unless `published`."""

    def made(*, published: bool = False, **content: Any) -> dict[str, Any]:
        article: dict[str, Any] = cleo.post("/knowledge/articles", {**ARTICLE, **content}, status=201)
        if published:
            article = cleo.post(f"/knowledge/articles/{article['id']}/publish")
        return article

    return made
