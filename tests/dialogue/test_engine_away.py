"""Rasa and the knowledge service are parts that may fail: nothing acknowledged is lost, danger is never delayed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, until
from tests.scripts import by_first_word
from tests.sites import Site, running


class Switch:
    """An engine's script that can be cut off."""

    def __init__(self) -> None:
        self.on = threading.Event()

    def __call__(self, turn: TurnInput) -> EngineReply:
        if not self.on.is_set():
            raise EngineFailed("cut off")
        return by_first_word(turn)


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def site(tmp_path: Path, switch: Switch) -> Iterator[Site]:
    with running(
        f"sqlite:///{tmp_path / 'away.db'}", tmp_path, using=ScriptedEngine(switch), second_notice_after_seconds=0.5
    ) as site:
        yield site


def test_what_waited_is_answered_in_order_once_something_can(ada: Ada, switch: Switch) -> None:
    ada.say("lock is offline")
    ada.say("hello there")
    until(lambda: any("safely received" in m["text"] for m in ada.ours()), what="nobody told her that it takes longer")
    switch.on.set()
    until(lambda: [m["text"] for m in ada.ours() if m["author"] == "bot"][-1:] == ["Hello, I am a bot."])
    said = [m["text"] for m in ada.ours() if m["author"] == "bot"]
    assert said == ["Check the batteries first.", "Hello, I am a bot."]


def test_a_person_danger_and_anger_need_no_engine(site: Site) -> None:
    for text in ("I want to talk to a human", "my lock is on fire", "you are all liars, I am furious, third time!!!"):
        ada = Ada(site.url)
        ada.say(text)
        until(lambda: ada.state() == "queue", what=text)  # noqa: B023
