"""What the engine did not see is sent to it again to be counted; one message that it cannot take blocks nobody."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput
from bot.dialogue.rasa import as_text
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember, until
from tests.scripts import by_first_word
from tests.sites import PASSWORD, Site, hire, running


class Moody:
    """Cut off at first; afterwards it still fails on whatever speaks of zebras."""

    def __init__(self) -> None:
        self.on = threading.Event()

    def __call__(self, turn: TurnInput) -> EngineReply:
        if not self.on.is_set() or "zebra" in turn.text:
            raise EngineFailed("cut off")
        return by_first_word(turn)


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def site(tmp_path: Path, moody: Moody) -> Iterator[Site]:
    with running(f"sqlite:///{tmp_path / 'recount.db'}", tmp_path, using=ScriptedEngine(moody)) as site:
        hire(site.db)
        yield site


def test_complaints_made_while_the_engine_was_away_become_a_warning(site: Site, moody: Moody) -> None:
    dan = StaffMember(site.url, "dan@emberly.example", PASSWORD)
    Ada(site.url).asks("I want to talk to a human about zebra late")
    for number in range(6):
        Ada(site.url).asks(f"late parcel {number}, I want to talk to a human")
    assert dan.get("/alerts")["items"] == []
    moody.on.set()
    (alert,) = until(lambda: dan.get("/alerts")["items"], what="the complaints were not counted")
    until(lambda: dan.get("/alerts")["items"][0]["people"] == 6, what="not all were counted")
    assert alert["topic"] == "delivery_late"


@pytest.mark.parametrize("text", ["/restart", " /restart", "\t/complain_delivery_late"])
def test_a_customer_gives_rasa_no_commands(text: str) -> None:
    assert not as_text(text).lstrip().startswith("/")
