"""Complaints on both databases."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.alerts import counter
from bot.alerts.models import Alert
from bot.chat.models import Conversation, Message
from bot.core import clock
from bot.core.db import Database
from bot.policy.load import load
from bot.policy.shapes import Policy
from tests.desk.room import Cast, hire

Complain = Callable[..., Alert | None]


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load()


@pytest.fixture
def cast(db: Database, policy: Policy) -> Cast:
    return hire(db, policy)


@pytest.fixture
def count(db: Database, policy: Policy) -> Complain:
    """Count one stored message for a topic; the alert that came of it."""

    def counted(conversation_id: str, message_id: str, *, topic: str = "delivery_late") -> Alert | None:
        with db.transaction() as session:
            message = session.get_one(Message, message_id)
            return counter.do_mention(
                session,
                policy=policy,
                topic=topic,
                message_id=message.id,
                at=message.at,
                conversation=session.get_one(Conversation, conversation_id),
                text=message.text,
            )

    return counted


@pytest.fixture
def complain(cast: Cast, count: Complain) -> Complain:
    """Somebody complains, `ago` minutes before now: a new person unless `person` names one."""
    words = (f"where is my parcel {number}" for number in itertools.count(1))

    def complained(
        *, person: str | None = None, channel: str = "web", topic: str = "delivery_late", ago: float = 0
    ) -> Alert | None:
        with clock.travel(timedelta(minutes=-ago)):
            conversation_id = cast.conversation(person=person, channel=channel, words=next(words))
            message_id = cast.thread(conversation_id)[-1].id
        return count(conversation_id, message_id, topic=topic)

    return complained
