"""The disk is full: nothing is acknowledged that is not stored, what is there can be read, and it goes on by itself."""

import io
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.db import Database
from bot.dialogue.scripted import ScriptedEngine
from bot.up.logs import LogPump
from tests.faults.conftest import UNHURRIED, Disk
from tests.people import Ada, StaffMember, frame, until
from tests.scripts import by_first_word
from tests.sites import Site, hire, running

LONG = "word " * 790


class FullFile:
    """SQLite's own limit: wherever no file system can be mounted, this refuses in the same way."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._full = False
        event.listen(db.engine, "begin", self._limit)

    def fill(self) -> None:
        self._full = True

    def free(self) -> None:
        self._full = False

    def _limit(self, connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if self._full else 1_000_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


@pytest.fixture(params=["a full file system", "a full file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "a full file":
        return tmp_path
    disk: Disk = request.getfixturevalue("disk")
    return disk.folder


@pytest.fixture
def site(place: Path) -> Iterator[Site]:
    with running(f"sqlite:///{place / 'full.db'}", place, using=ScriptedEngine(by_first_word), **UNHURRIED) as site:
        hire(site.db)
        yield site


@pytest.fixture
def room(request: pytest.FixtureRequest, site: Site, place: Path) -> "Disk | FullFile":
    """What can be filled and freed."""
    on_disk = request.node.callspec.params["place"] == "a full file system"
    return Disk(place) if on_disk else FullFile(site.db)


def _refused_at_last(ada: Ada) -> tuple[Any, list[str]]:
    """The refusal, and the ids of what was still acknowledged: the journal may have room for a while."""
    acked: list[str] = []
    for number in range(400):
        answer = ada.post(f"hello {LONG}", client_message_id=f"n{number}")
        if answer.status_code != 202:
            return answer, acked
        acked.append(answer.json()["message_id"])
    raise AssertionError("everything was stored")


def test_what_cannot_be_stored_is_refused_and_all_goes_on_when_there_is_room(
    site: Site, ada: Ada, ben: StaffMember, room: "Disk | FullFile"
) -> None:
    ada.asks("person please")
    with ada.socket() as line:
        room.fill()
        refusal, acked = _refused_at_last(ada)
        assert refusal.status_code == 507
        assert refusal.json()["error"]["code"] == "storage_full"
        assert int(refusal.headers["Retry-After"]) > 0
        line.send('{"type": "message", "client_message_id": "by-socket", "text": "' + LONG + '"}')
        assert frame(line, "error")["error"]["code"] == "storage_full"
        number = ben.ticket_of(ada)["number"]
        assert ben.get(f"/desk/tickets/{number}")["messages"]
        room.free()
        assert ada.post("hello again", client_message_id="by-socket").status_code == 202
    ada.asks("where is it")
    ben.post(f"/desk/tickets/{number}/claim")
    thread = ada.messages()
    assert [m["seq"] for m in thread] == list(range(1, len(thread) + 1))
    mine = [m["message_id"] for m in thread if m["author"] == "customer"]
    assert [one for one in mine if one in acked] == acked
    assert refusal.json()["error"]["message"]


def test_what_the_parts_log_goes_on_to_the_terminal(disk: Disk) -> None:
    terminal = io.StringIO()
    disk.fill()
    with closing(LogPump(disk.folder / "logs-are-a-file-here", terminal=terminal)) as pump:
        pump.start()
        pump.say("up", logging.INFO, "still here")
        disk.free()
        (disk.folder / "logs-are-a-file-here").mkdir()
        pump.say("up", logging.INFO, "and here")
        until(lambda: "and here" in terminal.getvalue())
    assert "still here" in terminal.getvalue()
    assert "and here" in (disk.folder / "logs-are-a-file-here" / "up.log").read_text(encoding="utf-8")
