"""One site for the whole package on each database, and a watch over its log: whatever comes in, nothing breaks."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.dialogue.engine import EngineReply, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.conftest import create_postgres
from tests.people import StaffMember
from tests.sites import PASSWORD, Site, hire, running

PATIENT: dict[str, Any] = {
    "messages_per_10_seconds": 100_000,
    "messages_per_minute": 100_000,
    "requests_per_minute": 1_000_000,
    "sign_ins_per_5_minutes": 100_000,
    "turn_timeout_seconds": 100,
    "overload_after_seconds": 100,
}


class GatedEngine(ScriptedEngine):
    """Says the message back; one that was named is held until its gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self._gates: dict[str, threading.Event] = {}
        self.begun: set[str] = set()

    def hold(self, text: str) -> None:
        self._gates[text] = threading.Event()

    def let_go(self, text: str) -> None:
        self._gates.pop(text).set()

    async def answer(self, turn: TurnInput) -> EngineReply:
        self.begun.add(turn.text)
        if gate := self._gates.get(turn.text):
            await asyncio.to_thread(gate.wait)
        return await super().answer(turn)


@pytest.fixture(scope="package")
def package_engine() -> GatedEngine:
    return GatedEngine()


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, package_engine: GatedEngine
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("input")
    url = f"sqlite:///{folder / 'firebreak.db'}"
    if request.param == "postgres":
        url = create_postgres(request.getfixturevalue("postgres"))
    with running(url, folder, using=package_engine, **PATIENT) as site:
        hire(site.db)
        yield site


@pytest.fixture(scope="package")
def cast(site: Site) -> dict[str, StaffMember]:
    """Everybody on staff, signed in once."""
    names = ("ben", "cleo", "dan", "eve", "admin")
    return {name: StaffMember(site.url, f"{name}@emberly.example", PASSWORD) for name in names}


@pytest.fixture
def staff(cast: dict[str, StaffMember]) -> Callable[[str], StaffMember]:
    return cast.__getitem__


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Bad input is no mistake of ours: no traceback, no error line."""
    yield
    broken = [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in broken] == []
