"""However much has been asked, a page of the list is read along indexes; a page that is open hears what is new."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from bot.core import clock
from bot.core.db import Database
from bot.knowledge.gaps.service import GAPS
from bot.knowledge.inbox import cursor, sorting, views
from bot.knowledge.inbox.models import State
from bot.knowledge.inbox.views import Filters
from tests.knowledge.inbox.conftest import only
from tests.people import Ada, StaffMember, frame
from tests.sites import Site


@pytest.fixture
def db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(migrated_file, tmp_path / "firebreak.db")
    database = Database(f"sqlite:///{tmp_path / 'firebreak.db'}")
    yield database
    database.close()


def test_a_page_of_the_list_is_read_in_the_order_of_an_index(db: Database) -> None:
    sent: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    with db.snapshot() as session:
        assert not sorting.is_due(session, GAPS)
        assert not sorting.is_count_due(session, GAPS)
        for language in ("", "zh"):
            for after in ("", cursor.pack(3, 1, clock.now(), "one")):
                filters = Filters((State.OPEN,), language=language)
                views.page(session, GAPS, filters=filters, after=after, limit=50)
    event.remove(db.engine, "before_cursor_execute", keep)
    with db.engine.connect() as connection:
        plans = [
            "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"explain query plan {statement}", parameters))
            for statement, parameters in sent
            if not statement.startswith("BEGIN")
        ]
    assert [plan for plan in plans if re.search(r"SCAN (clusters|gaps)(?! USING)", plan)] == []
    assert sum("ix_clusters_ranked" in plan and "TEMP B-TREE" not in plan for plan in plans) == 4


def test_an_open_page_hears_of_a_new_question(site: Site, ada: Ada, cleo: StaffMember, question: str) -> None:
    url = site.url.replace("http://", "ws://")
    with connect(
        f"{url}/api/v1/knowledge/ws", subprotocols=[Subprotocol(f"bearer.{cleo.token}")], proxy=None
    ) as socket:
        ada.asks(question)
        while frame(socket, "inbox")["kind"] != "gap":
            continue
        assert only(cleo, question)["people"] == 1
        socket.send('{"type": "ping"}')
        assert frame(socket, "pong")
        socket.send('{"type": "typing"}')
        assert frame(socket, "error")["error"]["code"] == "invalid"
