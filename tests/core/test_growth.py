"""What lives in memory for as long as a process does: it ends with what it was for, or has a bound."""

from collections import Counter
from pathlib import Path

import pytest

from bot import migrations
from bot.core import limits, settings
from bot.core.db import Database
from bot.core.errors import RateLimited
from bot.core.limits import ProcessLimits, Window
from bot.dialogue.engine import EngineReply, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.core.hot_paths import Paths
from tests.people import Ada, frame, until
from tests.scripts import by_first_word
from tests.sites import Site, running


def test_no_tracker_of_rasa_sees_more_turns_than_the_policy_allows(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    def noted(turn: TurnInput) -> EngineReply:
        seen[turn.sender] += 1
        return by_first_word(turn)

    url = f"sqlite:///{tmp_path / 'long.db'}"
    migrations.upgrade(url)
    paths = Paths(Database(url), settings.load(data_dir=tmp_path, database_url=url))
    paths.work.engine = ScriptedEngine(noted)
    longest = paths.policy.dialogue.turns_per_sender
    paths.answer("hello", before=2 * longest + 1)
    paths.close()
    paths.db.close()
    assert sorted(seen.values()) == [2, longest, longest]


def test_a_limit_forgets_whose_time_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS_KEPT", 10)
    monkeypatch.setattr(limits, "FORGET_SECONDS", 0.0)
    counted = ProcessLimits()
    for number in range(5_000):
        _check(counted, Window(f"messages:{number}", 5, 0.0001))
    assert len(counted._events) < 2_500
    for _ in range(5):
        _check(counted, Window("messages:ada", 5, 600.0))
    with pytest.raises(RateLimited):
        _check(counted, Window("messages:ada", 5, 600.0))


def _check(counted: ProcessLimits, window: Window) -> None:
    """Run to the end what never waits for anything."""
    try:
        counted.check(window).send(None)
    except StopIteration:
        return


def test_a_line_keeps_no_list_of_what_came_over_it(tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path / 'line.db'}", tmp_path, messages_per_10_seconds=1000) as site:
        ada = Ada(site.url)
        with ada.socket() as socket:
            for _ in range(2):
                for number in range(20):
                    body = f'{{"type": "message", "client_message_id": "c{number}", "text": "line {number}"}}'
                    socket.send(body)
                    assert frame(socket, "ack")["client_message_id"] == f"c{number}"
            until(lambda: len(ada.ours()) == 20, what="not everything was answered")
            (line,) = site.app.state.sockets
            until(lambda: not line._own, what="numbers stay behind")


def test_whoever_has_left_leaves_nothing_behind(site: Site) -> None:
    hub = site.app.state.hub
    before = hub.listeners
    for _ in range(10):
        ada = Ada(site.url)
        with ada.socket() as socket:
            socket.send('{"type": "message", "client_message_id": "c", "text": "hello"}')
            frame(socket, "message")
    until(lambda: not site.app.state.sockets and hub.listeners == before, what="a line stayed open")
