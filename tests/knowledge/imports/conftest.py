"""One site for the package on each database, and a word of its own for each test."""

import itertools
from collections.abc import Iterator

import pytest

from tests.conftest import create_postgres
from tests.people import StaffMember
from tests.sites import PASSWORD, Site, hire, running

_numbers = itertools.count(1)


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("imports")
    url = f"sqlite:///{folder / 'firebreak.db'}"
    if request.param == "postgres":
        url = create_postgres(request.getfixturevalue("postgres"))
    with running(url, folder, requests_per_minute=1_000_000) as site:
        hire(site.db)
        yield site


@pytest.fixture(scope="package")
def cleo(site: Site) -> StaffMember:
    return StaffMember(site.url, "cleo@emberly.example", PASSWORD)


@pytest.fixture
def word() -> str:
    """Stands in no article of another test; questions with different ones are never near each other."""
    return f"zorb{next(_numbers)}"
