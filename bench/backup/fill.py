"""A shop's year in a moment: customers, conversations, messages and turns, written in bulk."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

from bench.chat.texts import never_seen
from bot import migrations
from bot.backup import rows, shape
from bot.core.db import Database

PER_CONVERSATION = 20
"""Messages; half of them the customer's, each with its turn and its answer."""
ROWS_AT_ONCE = 5_000
BEGINNING = datetime(2025, 1, 1)
SENTENCES = 4_000
GOLDEN = 0x9E3779B97F4A7C15
FACTS = orjson.dumps({"language": "en", "anger": 0.1, "urgency": "normal", "risks": [], "entities": []}).decode()
COUNTERS = ("episode_turns", "misses", "complaints", "attempts")


def fill(url: str, *, messages: int, data: Path) -> None:
    """`messages` messages, and the rows that belong to them, in a database without any."""
    migrations.upgrade(url)
    tables = {table.name: table for table in shape.of(migrations.revisions()[-1])}
    sentences = list(itertools.islice(never_seen("en", data), SENTENCES))
    database = Database(url)
    with database.transaction() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(text("set local time zone 'UTC'"))
        for name, made in _made(messages, sentences):
            rows.write(connection, tables[name], _blocks(tables[name], made))
    database.close()


def _made(messages: int, sentences: list[str]) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    people = messages // PER_CONVERSATION
    yield "customers", ({"id": _id(i), "person_key": f"visitor:{i}", "created_at": _at(0)} for i in range(people))
    yield "conversations", (_conversation(i) for i in range(people))
    yield "messages", (_message(i, people, sentences) for i in range(messages))
    yield "turns", (_turn(i, people) for i in range(messages) if _seq(i, people) % 2)


def _conversation(number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": _id(number), "customer_id": _id(number), "channel": "web", "family": "chat"}
    counts = {"owner_version": 1, "last_seq": PER_CONVERSATION, "last_customer_seq": PER_CONVERSATION - 1, "episode": 1}
    return {**row, **counts, "language": "en", "owner": "bot", "created_at": _at(0)}


def _message(number: int, people: int, sentences: list[str]) -> dict[str, Any]:
    """Conversations take turns, as they do in life; so their rows lie scattered."""
    seq = _seq(number, people)
    row: dict[str, Any] = {"id": _id(number), "conversation_id": _id(number % people), "seq": seq}
    words = sentences[number * 7919 % SENTENCES % len(sentences)]
    if seq % 2:
        said: dict[str, Any] = {"author": "customer", "text": words, "client_message_id": _id(number)}
    else:
        answer = f"{words} {sentences[number * 104_729 % len(sentences)]}"
        said = {"author": "bot", "text": answer, "in_reply_to": _id(number - people), "part": 0}
    return {**row, **said, "kind": "text", "episode": 1, "at": _at(number)}


def _turn(number: int, people: int) -> dict[str, Any]:
    row = {"message_id": _id(number), "conversation_id": _id(number % people), "seq": _seq(number, people)}
    answered = {"state": "done", "engine": "rasa", "intent": "question", "confidence": 0.87, "outcome": "answered"}
    return {**row, **answered, "accepted_at": _at(number), "answered_at": _at(number), "facts": FACTS, "attempts": 1}


def _seq(number: int, people: int) -> int:
    return number // people + 1


def _blocks(table: shape.Table, made: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """What is not given is 0 for counters and truth, and empty otherwise."""
    required = {name: 0 for name, kind in table.columns.items() if kind == "boolean" or name in COUNTERS}
    while part := list(itertools.islice(made, ROWS_AT_ONCE)):
        yield b"".join(
            orjson.dumps([row.get(name, required.get(name)) for name in table.columns]) + b"\n" for row in part
        )


def _id(number: int) -> str:
    """As the product makes them: growing, with an end that looks random and does not pack well."""
    return f"{number:012x}{number * GOLDEN % 2**56:014x}"


def _at(number: int) -> str:
    return f"{BEGINNING + timedelta(seconds=number, microseconds=number % 1_000_000):%Y-%m-%d %H:%M:%S.%f}"
