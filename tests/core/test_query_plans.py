"""With 200,000 messages stored no hot path reads a whole table: the plan of each statement is looked at."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot import migrations
from bot.core import settings
from bot.core.db import Database
from tests.conftest import create_postgres
from tests.core.hot_paths import Paths, Recorded

MESSAGES, A_CONVERSATION = 200_000, 20
LARGE = ("messages", "turns", "conversations", "customers", "channel_identities")
PATHS: dict[str, Callable[[Paths], Recorded]] = {
    "a visitor comes again": lambda paths: paths.begin_again(),
    "20 messages are stored together": lambda paths: paths.accept(together=20),
    "a message is sent again": lambda paths: paths.accept(resent=True),
    "a turn is answered": lambda paths: paths.answer("lock is offline"),
    "a turn is handed over": lambda paths: paths.answer("person please"),
    "a turn under an agent": lambda paths: paths.answer("hello", under="agent"),
    "a turn complains": lambda paths: paths.answer("late again"),
    "a poll": lambda paths: paths.read(messages=3, after=2),
    "a ticket is claimed": lambda paths: paths.claim(),
    "an agent replies": lambda paths: paths.reply(),
    "a card is opened": lambda paths: paths.open_card(messages=3),
    "the desk lists tickets": lambda paths: paths.list_tickets(tickets=5),
    "a complaint is counted": lambda paths: paths.count_complaint(topic="delivery_late"),
    "the worker looks": lambda paths: paths.look(waiting=5),
    "people are told of the wait": lambda paths: paths.tell(waiting=5),
}

CUSTOMERS = """insert into customers (id, person_key, created_at)
    select 'p' || n, 'old-' || n, :at from numbers where n <= :conversations"""
IDENTITIES = """insert into channel_identities (id, customer_id, channel, address)
    select 'i' || n, 'p' || n, 'web', 'old-' || n from numbers where n <= :conversations"""
CONVERSATIONS = """insert into conversations (id, customer_id, channel, family, language, owner, owner_version,
        last_seq, last_customer_seq, episode, episode_turns, misses, complaints,
        human_offered, created_at)
    select 'k' || n, 'p' || n, 'web', 'chat', 'en', 'bot', 1, 20, 19, 1, 10, 0, 0, false, :at
    from numbers where n <= :conversations"""
MESSAGES_SQL = """insert into messages (id, conversation_id, seq, author, kind, text, client_message_id, in_reply_to,
        part, episode, at)
    select 'm' || n, 'k' || ((n - 1) / 20 + 1), (n - 1) % 20 + 1,
        case n % 2 when 1 then 'customer' else 'bot' end, 'text', 'where is my parcel',
        case n % 2 when 1 then 'c' || n end, case n % 2 when 0 then 'm' || (n - 1) end,
        case n % 2 when 0 then 0 end, 1, :at from numbers"""
TURNS = """insert into turns (message_id, conversation_id, seq, state, accepted_at, attempts)
    select 'm' || n, 'k' || ((n - 1) / 20 + 1), (n - 1) % 20 + 1, 'done', :at, 1 from numbers where n % 2 = 1"""
NUMBERS = {
    "sqlite": "with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < :messages)",
    "postgresql": "with numbers as (select generate_series(1, :messages) as n)",
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def paths(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    folder: Path = tmp_path_factory.mktemp("plans")
    postgres = request.param == "postgres"
    url = create_postgres(request.getfixturevalue("postgres")) if postgres else f"sqlite:///{folder / 'plans.db'}"
    migrations.upgrade(url)
    db = Database(url)
    with db.engine.begin() as connection:
        fill(connection)
    found = Paths(db, settings.load(data_dir=folder, database_url=url))
    yield found
    found.close()
    db.close()


def fill(connection: Connection) -> None:
    """Years of use, in a second: rows that refer to each other rightly, so nothing need be checked one by one."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(text("set local session_replication_role = replica"))
    values = {"messages": MESSAGES, "conversations": MESSAGES // A_CONVERSATION, "at": "2026-01-05 10:00:00"}
    for statement in (CUSTOMERS, IDENTITIES, CONVERSATIONS, MESSAGES_SQL, TURNS):
        head, found, rest = statement.partition("select")
        begun = f"{head}{NUMBERS[dialect]} {found}{rest}"
        connection.execute(text(begun), {name: values[name] for name in re.findall(r":(\w+)", begun)})
    connection.execute(text("analyze"))


def whole_tables_read(connection: Connection, recorded: Recorded) -> list[str]:
    """The statements whose plan reads every row of a large table, with their plans."""
    found = []
    for statement, parameters in recorded.statements:
        plan = _plan(connection, statement, parameters)
        if any(re.search(rf"(SCAN|Seq Scan on) {table}\b(?!.* USING INDEX)", plan) for table in LARGE):
            found.append(f"{' '.join(statement.split())}\n{plan}")
    return found


def _plan(connection: Connection, statement: str, parameters: object) -> str:
    explain = "explain query plan" if connection.dialect.name == "sqlite" else "explain"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type]
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("name", PATHS)
def test_a_hot_path_finds_its_rows_by_an_index(paths: Paths, name: str) -> None:
    recorded = PATHS[name](paths)
    assert recorded.statements
    with paths.db.engine.connect() as connection:
        found = whole_tables_read(connection, recorded)
        connection.rollback()
    assert not found, "\n\n".join(found)


def test_reading_a_whole_table_is_noticed(paths: Paths) -> None:
    recorded = Recorded([("select count(*) from messages where text = 'x'", ())])
    with paths.db.engine.connect() as connection:
        assert whole_tables_read(connection, recorded)
        connection.rollback()
