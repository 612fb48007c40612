"""A backup while customers write: what was acknowledged before it is answered once after its restore."""

import asyncio
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.core.db import Database
from bot.dialogue.engine import EngineReply, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.backup.conftest import backed_up
from tests.backup.test_round_trip import bring
from tests.people import Ada, until
from tests.sites import running

CUSTOMERS = 3
PATIENT: dict[str, Any] = {
    "messages_per_10_seconds": 1000,
    "messages_per_minute": 5000,
    "turn_timeout_seconds": 600,
    "overload_after_seconds": 600,
    "tell_overload_after_seconds": 600,
    "second_notice_after_seconds": 600,
}
"""So that no answer but the engine's is given, however slow the machine."""


class Thoughtful(ScriptedEngine):
    """Says questions back at once, and thinks about riddles until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.thinking = 0

    async def answer(self, turn: TurnInput) -> EngineReply:
        if turn.text.startswith("riddle"):
            self.thinking += 1
            await asyncio.sleep(3600)
        return await super().answer(turn)


class Writing:
    """A customer who goes on writing until told to stop; `acked` are the ids of what was acknowledged."""

    def __init__(self, ada: Ada) -> None:
        self.ada = ada
        self.acked: list[str] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._enough.set()
        self._thread.join(30)

    def _write(self) -> None:
        for number in range(500):
            if self._enough.wait(0.02):
                return
            self.acked.append(self.ada.say(f"riddle {number}")["message_id"])


def test_what_was_acknowledged_before_a_backup_is_answered_once_after_its_restore(
    database_url: str, across: str, tmp_path: Path
) -> None:
    engine = Thoughtful()
    archive = tmp_path / "backup.zip"
    with ExitStack() as first:
        site = first.enter_context(running(database_url, tmp_path / "one", using=engine, **PATIENT))
        adas = [Ada(site.url) for _ in range(CUSTOMERS)]
        for ada in adas:
            ada.asks("a question")
        writers = [Writing(ada) for ada in adas]
        for writer in writers:
            first.callback(writer.stop)
        until(lambda: engine.thinking >= CUSTOMERS, what="no turn is in flight")
        until(lambda: all(len(writer.acked) >= 3 for writer in writers), what="nobody writes")
        before = [list(writer.acked) for writer in writers]
        backed_up(database_url, archive)
        acked = [len(writer.acked) for writer in writers]
        until(lambda: all(len(w.acked) > n for w, n in zip(writers, acked, strict=True)), what="writing stopped")
    bring(across, archive)
    assert _in_flight(across) >= sum(map(len, before))
    with running(across, tmp_path / "two", using=ScriptedEngine(), **PATIENT) as site:
        for ada, owed in zip(adas, before, strict=True):
            ada.http.base_url = f"{site.url}/api/v1"
            until(lambda: _unanswered(ada) == [], seconds=60, what=lambda: f"no answer to {_unanswered(ada)}")  # noqa: B023
            thread = ada.messages()
            assert [m["seq"] for m in thread] == list(range(1, len(thread) + 1))
            assert {m["message_id"] for m in thread} >= set(owed)
            answered = [m["in_reply_to"] for m in thread if m["author"] == "bot"]
            assert len(answered) == len(set(answered))


def _unanswered(ada: Ada) -> list[str]:
    thread = ada.messages()
    answered = {m.get("in_reply_to") for m in thread if m["author"] == "bot"}
    return [m["message_id"] for m in thread if m["author"] == "customer" and m["message_id"] not in answered]


def _in_flight(url: str) -> int:
    database = Database(url)
    with database.snapshot() as session:
        waiting: int = session.scalar(text("select count(*) from turns where state = 'waiting'")) or 0
    database.close()
    return waiting
