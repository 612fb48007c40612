"""One grown house for all its tests: four processes are not started twice."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import create_postgres
from tests.grown.house import House, opened


@pytest.fixture(scope="package")
def house(postgres: str) -> Iterator[House]:
    with (
        tempfile.TemporaryDirectory(prefix="firebreak-grown-") as folder,
        opened(Path(folder), create_postgres(postgres)) as house,
    ):
        house.await_all()
        yield house
