"""Tickets on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.core.db import Database
from bot.policy.load import load
from bot.policy.shapes import Policy
from tests.desk.room import Cast, hire


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A fresh database."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load()


@pytest.fixture
def cast(db: Database, policy: Policy) -> Cast:
    return hire(db, policy)


@pytest.fixture
def perform(db: Database, policy: Policy) -> Callable[..., Any]:
    """Run one of the desk's functions in a transaction of its own."""

    def performed(function: Callable[..., Any], **arguments: Any) -> Any:
        with db.transaction() as session:
            return function(session, policy=policy, **arguments)

    return performed
