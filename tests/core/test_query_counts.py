"""What each hot path asks of the database: exact numbers, so that a statement more is noticed the day it comes.

The pairs are statements and commits, the same on SQLite and PostgreSQL. One more needs a reason; a number that grows
with the length of a conversation, a list or a group is a defect.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import migrations
from bot.core import settings
from bot.core.db import Database
from tests.conftest import create_postgres
from tests.core.hot_paths import Paths, Recorded

COUNTS: dict[str, tuple[Callable[[Paths], Recorded], tuple[int, int]]] = {
    "a conversation begins": (lambda paths: paths.begin(), (4, 1)),
    "the same visitor begins another": (lambda paths: paths.begin_again(), (4, 1)),
    "one message is stored": (lambda paths: paths.accept(), (4, 1)),
    "100 messages are stored together": (lambda paths: paths.accept(together=100), (4, 1)),
    "a message is sent again": (lambda paths: paths.accept(resent=True), (5, 1)),
    "a turn is answered": (lambda paths: paths.answer("lock is offline"), (8, 2)),
    "the 30th turn of a conversation": (lambda paths: paths.answer("lock is offline", before=29), (8, 2)),
    "a turn is handed over": (lambda paths: paths.answer("person please"), (16, 2)),
    "a turn in the queue": (lambda paths: paths.answer("hello", under="queue"), (7, 2)),
    "a turn under an agent": (lambda paths: paths.answer("hello", under="agent"), (8, 2)),
    "a turn complains": (lambda paths: paths.answer("late again"), (14, 2)),
    "a poll that finds nothing": (lambda paths: paths.read(messages=3, after=3), (4, 0)),
    "a socket comes back to 200 messages": (lambda paths: paths.read(messages=200), (4, 0)),
    "a ticket is claimed": (lambda paths: paths.claim(), (11, 1)),
    "an agent replies": (lambda paths: paths.reply(), (9, 1)),
    "a card is opened": (lambda paths: paths.open_card(messages=5), (4, 0)),
    "a card of 100 messages is opened": (lambda paths: paths.open_card(messages=100), (4, 0)),
    "the desk lists 3 tickets": (lambda paths: paths.list_tickets(tickets=3), (1, 0)),
    "the desk lists 200 tickets": (lambda paths: paths.list_tickets(tickets=195), (1, 0)),
    "a complaint is counted": (lambda paths: paths.count_complaint(topic="delivery_late"), (6, 1)),
    "a complaint joins a warning of 20 people": (
        lambda paths: paths.count_complaint(topic="product_defect", people_before=20),
        (10, 1),
    ),
    "the worker looks, 1 waits": (lambda paths: paths.look(waiting=1), (3, 0)),
    "the worker looks, 50 wait": (lambda paths: paths.look(waiting=50), (3, 0)),
    "1 is told of the wait": (lambda paths: paths.tell(waiting=1), (7, 1)),
    "20 are told of the wait": (lambda paths: paths.tell(waiting=20), (7, 1)),
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def paths(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    folder: Path = tmp_path_factory.mktemp("counts")
    postgres = request.param == "postgres"
    url = create_postgres(request.getfixturevalue("postgres")) if postgres else f"sqlite:///{folder / 'counts.db'}"
    migrations.upgrade(url)
    db = Database(url)
    found = Paths(db, settings.load(data_dir=folder, database_url=url))
    yield found
    found.close()
    db.close()


@pytest.mark.parametrize("name", COUNTS)
def test_a_hot_path_asks_so_much_of_the_database(paths: Paths, name: str) -> None:
    path, wanted = COUNTS[name]
    found = path(paths)
    shown = "\n".join(" ".join(statement.split())[:150] for statement, _ in found.statements)
    assert found.count == wanted, f"{name}: {found.count}\n{shown}"
