"""While turns pile up, they go by the search alone, and whoever waits hears that they do."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import migrations, wire
from bot.core import settings
from bot.core.db import Database
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput
from bot.dialogue.recount import recount
from bot.dialogue.scripted import ScriptedEngine
from tests.core.hot_paths import Paths
from tests.people import PATIENCE_SECONDS, Ada, until
from tests.sites import Site, running

CROWD = 25


class Gate:
    """An engine's script that fails until it is opened, and counts how often it was asked."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = 0

    def __call__(self, turn: TurnInput) -> EngineReply:
        self.asked += 1
        if not self.open.is_set():
            raise EngineFailed("shut")
        return EngineReply((f"Re: {turn.text}",), (Signal(wire.ANSWERED, "other_question", 1.0),), "scripted")


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def patience() -> float:
    """After how many seconds of waiting people hear of the crowd."""
    return 1.5


@pytest.fixture
def site(database_url: str, tmp_path: Path, gate: Gate, patience: float) -> Iterator[Site]:
    """Nothing answers until the gate is opened; those who wait are told after a third of a second."""
    with running(
        database_url,
        tmp_path,
        using=ScriptedEngine(gate),
        second_notice_after_seconds=0.3,
        tell_overload_after_seconds=patience,
    ) as site:
        yield site


def test_who_waits_long_is_offered_a_person(ada: Ada) -> None:
    said = ada.say("what are your opening hours")
    offer = ada.hears(lambda m: "Many people are writing" in m["text"])
    assert offer["in_reply_to"] == said["message_id"]
    assert offer["choices"] == [{"title": "Talk to a person", "payload": wire.HUMAN_CHOICE}]


def test_a_message_that_comes_after_the_telling_is_told_of_too(ada: Ada) -> None:
    ada.say("what are your opening hours")
    ada.hears(lambda m: "Many people are writing" in m["text"])
    second = ada.say("on Sundays too")
    told = ada.hears(lambda m: m["author"] == "system", after=second["seq"])
    assert told["in_reply_to"] == second["message_id"]


@pytest.mark.parametrize("patience", [60.0])
def test_who_waits_is_told_soon_and_whoever_writes_on_not_each_time(ada: Ada, gate: Gate) -> None:
    ada.say("what are your opening hours")
    told = ada.hears(lambda m: "safely received" in m["text"])
    receipt = [ada.say(f"question {number}") for number in range(4)][-1]
    gate.open.set()
    ada.hears(lambda m: m["in_reply_to"] == receipt["message_id"])
    assert [m["seq"] for m in ada.ours() if m["author"] == "system"] == [told["seq"]]


def test_a_crowd_is_told_and_in_the_end_answered_once_each_and_in_order(site: Site, gate: Gate) -> None:
    crowd = [Ada(site.url) for _ in range(CROWD)]
    for ada in crowd:
        ada.say("first")
        ada.say("second")
    for ada in crowd:
        ada.hears(lambda m: m["author"] == "system")
    gate.open.set()
    for ada in crowd:
        ada.hears(lambda m: m["text"] == "Re: second")
        assert [m["text"] for m in ada.ours() if m["author"] == "bot"] == ["Re: first", "Re: second"]


class Thoughtful(ScriptedEngine):
    """Takes its time until it is told to go on."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate)
        self.go_on = threading.Event()

    async def answer(self, turn: TurnInput) -> EngineReply:
        await asyncio.to_thread(self.go_on.wait, PATIENCE_SECONDS)
        return await super().answer(turn)


def test_while_turns_pile_up_the_first_engine_is_spared(tmp_path: Path) -> None:
    first, standing_in = Gate(), Gate()
    first.open.set()
    standing_in.open.set()
    thoughtful = Thoughtful(first)
    url = f"sqlite:///{tmp_path / 'pile.db'}"
    with running(url, tmp_path, using=thoughtful, turns_in_flight=1, overload_after_seconds=0.5) as site:
        answering = site.app.state.parts.answering
        answering.fallback = ScriptedEngine(standing_in)
        crowd = [Ada(site.url) for _ in range(8)]
        for ada in crowd:
            ada.say("hello")
        until(lambda: answering.behind, what="the pile was not noticed")
        thoughtful.go_on.set()
        for ada in crowd:
            ada.hears(lambda m: m["text"] == "Re: hello")
        assert (first.asked, standing_in.asked) == (1, len(crowd) - 1)
        until(lambda: is_asked_again(site, first), what="the first engine is spared for ever")


def is_asked_again(site: Site, first: Gate) -> bool:
    """Once the pile has come down; a turn that waits long on a busy machine is a pile again."""
    before = first.asked
    Ada(site.url).asks("hello")
    return first.asked > before


def test_what_the_engine_missed_is_counted_when_no_customer_waits(tmp_path: Path, gate: Gate) -> None:
    url = f"sqlite:///{tmp_path / 'recount.db'}"
    migrations.upgrade(url)
    paths = Paths(Database(url), settings.load(data_dir=tmp_path, database_url=url))
    paths.work.engine = paths.work.fallback = ScriptedEngine(gate)
    paths.answer("I want to talk to a human")
    gate.open.set()
    asked = gate.asked
    paths.work.waiting = 1
    assert (asyncio.run(recount(paths.work)), gate.asked) == (0, asked)
    paths.work.waiting = 0
    assert (asyncio.run(recount(paths.work)), gate.asked) == (1, asked + 1)
    paths.close()
    paths.db.close()
