"""Questions that mean the same come together by the models' own vectors, and stay as an editor made them."""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.chat.models import Conversation, Customer, Message
from bot.core import clock
from bot.core.auth import Staff
from bot.core.db import Database
from bot.knowledge.gaps import service as gaps
from bot.knowledge.gaps.models import Gap
from bot.knowledge.gaps.service import GAPS
from bot.knowledge.inbox import clusters, moving
from bot.knowledge.inbox.models import Cluster, Placed, Sorting, State
from bot.knowledge.inbox.sorter import Sorter
from knowledge_index.client import KnowledgeClient
from tests.sites import NOWHERE, hire

NORWAY = ("Do you ship to Norway?", "Is delivery to Norway possible?", "Can you ship my order to Norway?")
SIREN = ("How loud is the siren?", "What decibel rating has the siren got?", "Which noise level does the siren reach?")
ALARM = ("警报声音有多大", "警报器多少分贝", "报警器的声音多大")
HONG_KONG = ("能寄到香港吗", "香港可以配送吗", "支持寄到香港吗")
_numbers = itertools.count()
Sort = Callable[[], None]


@pytest.fixture
def db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(migrated_file, tmp_path / "firebreak.db")
    database = Database(f"sqlite:///{tmp_path / 'firebreak.db'}")
    yield database
    database.close()


@pytest.fixture
def sort(db: Database, shop_address: str) -> Sort:
    return lambda: sort_with(db, shop_address)


def sort_with(db: Database, address: str) -> None:
    async def sort() -> None:
        async with KnowledgeClient(address) as knowledge:
            await Sorter(db, knowledge, (GAPS,)).sort()

    asyncio.run(sort())


def ask(db: Database, *texts: str, language: str = "en") -> None:
    """Each text comes from another person."""
    for text in texts:
        one = f"{next(_numbers):04}"
        with db.transaction() as session:
            moment = clock.now()
            session.add(Customer(id=one, person_key=one, created_at=moment))
            session.flush()
            conversation = Conversation(id=one, customer_id=one, channel="web", family="chat", created_at=moment)
            session.add(conversation)
            session.flush()
            session.add(Message(id=one, conversation_id=one, seq=1, author="customer", text=text, at=moment))
            session.flush()
            gaps.do_note(
                session,
                conversation=conversation,
                message_id=one,
                text=text,
                reason="unanswered",
                language=language,
            )


def standing(db: Database) -> dict[str, Cluster]:
    """The clusters that hold anything, by name."""
    with db.snapshot() as session:
        found = session.scalars(select(Cluster).where(Cluster.state != State.MERGED)).all()
    return {cluster.name: cluster for cluster in found}


def people(db: Database) -> dict[str, int]:
    return {name: cluster.people for name, cluster in standing(db).items()}


def cleo(session: Session) -> Staff:
    return session.scalars(select(Staff).where(Staff.name == "Cleo")).one()


@pytest.mark.parametrize(("language", "one", "other"), [("en", NORWAY, SIREN), ("zh", ALARM, HONG_KONG)])
def test_what_means_the_same_comes_together_under_its_most_central_question(
    db: Database, sort: Sort, language: str, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    ask(db, one[0], other[0], language=language)
    sort()
    ids = {cluster.id for cluster in standing(db).values()}
    ask(db, *one[1:], *other[1:], one[1], language=language)
    sort()
    found = standing(db)
    assert sorted(cluster.people for cluster in found.values()) == [3, 4]
    assert {cluster.id for cluster in found.values()} == ids
    assert len({*found} & {*one}) == len({*found} & {*other}) == 1


def test_while_the_service_is_away_words_count_alone_and_meaning_follows(db: Database, shop_address: str) -> None:
    ask(db, *NORWAY, NORWAY[0].upper())
    sort_with(db, NOWHERE)
    assert sorted(people(db).values()) == [1, 1, 2]
    sort_with(db, shop_address)
    assert [*people(db).values()] == [4]


def test_what_an_editor_took_apart_stays_apart_and_what_was_put_together_draws_both(db: Database, sort: Sort) -> None:
    hire(db)
    ask(db, *NORWAY, *SIREN[:2])
    sort()
    norway, siren = (next(c for c in standing(db).values() if word in c.name) for word in ("Norway", "siren"))
    with db.transaction() as session:
        ids = [session.scalars(select(Gap.message_id).where(Gap.text == NORWAY[1])).one()]
        split = moving.do_split(session, GAPS, cluster_id=norway.id, message_ids=ids, staff=cleo(session))
        moving.do_merge(session, GAPS, cluster_id=siren.id, into=norway.id, staff=cleo(session))
    sort()
    ask(db, SIREN[2], NORWAY[1])
    sort()
    with db.snapshot() as session:
        assert clusters.access(session, GAPS, norway.id).people == 5
        assert clusters.access(session, GAPS, split.id).people == 2


def test_an_answered_question_comes_again_in_other_words(db: Database, sort: Sort) -> None:
    hire(db)
    ask(db, NORWAY[0])
    sort()
    (cluster,) = standing(db).values()
    with db.transaction() as session:
        held = clusters.hold(session, GAPS, cluster.id)
        clusters.do_decide(session, held, state=State.ANSWERED, staff=cleo(session))
    with clock.travel(timedelta(minutes=1)):
        ask(db, NORWAY[1])
        sort()
    (again,) = standing(db).values()
    assert (again.id, again.state, again.people) == (cluster.id, State.OPEN, 2)


def test_what_was_decided_on_before_its_meaning_was_known_stays_by_itself(db: Database, shop_address: str) -> None:
    hire(db)
    ask(db, NORWAY[0])
    sort_with(db, shop_address)
    ask(db, NORWAY[1])
    sort_with(db, NOWHERE)
    fresh = standing(db)[NORWAY[1]]
    with db.transaction() as session:
        gaps.do_dismiss(session, cluster_id=fresh.id, reason="Not us.", staff=cleo(session))
    sort_with(db, shop_address)
    assert people(db) == {NORWAY[0]: 1, NORWAY[1]: 1}
    assert standing(db)[NORWAY[1]].placed == Placed.HAND


def test_another_model_finds_its_own_places_and_moves_nothing(db: Database, sort: Sort) -> None:
    ask(db, *NORWAY, *SIREN)
    sort()
    before = {cluster.id: cluster.people for cluster in standing(db).values()}
    with db.transaction() as session:
        session.execute(update(Sorting).values(digests={"en": "of another model"}))
        session.execute(update(Cluster).where(Cluster.centre.is_not(None)).values(centre="AAAA"))
    ask(db, "Do you deliver to Norway?")
    sort()
    after = standing(db)
    assert {cluster.id for cluster in after.values()} == {*before}
    assert sorted(cluster.people for cluster in after.values()) == [3, 4]


def test_two_that_sort_at_once_make_one_cluster(db: Database, shop_address: str) -> None:
    ask(db, *NORWAY)

    async def both() -> None:
        async with KnowledgeClient(shop_address) as knowledge:
            sorters = [Sorter(db, knowledge, (GAPS,)) for _ in range(2)]
            await asyncio.gather(*(sorter.sort() for sorter in sorters))
            await asyncio.to_thread(ask, db, *SIREN)
            await asyncio.gather(*(sorter.sort() for sorter in sorters))

    asyncio.run(both())
    assert sorted(people(db).values()) == [3, 3]


def test_what_a_customer_takes_back_leaves_no_words_and_no_vector(db: Database, sort: Sort) -> None:
    ask(db, *NORWAY)
    sort()
    with db.snapshot() as session:
        gone = session.scalars(select(Message).where(Message.text == standing(db).popitem()[0])).one()
    with db.transaction() as session:
        moving.do_forget(session, GAPS, conversation_id=gone.conversation_id)
    sort()
    (cluster,) = standing(db).values()
    assert cluster.name in {*NORWAY} - {gone.text}
    assert (cluster.people, cluster.wordings) == (3, 2)
    with db.snapshot() as session:
        row = session.get_one(Gap, gone.id)
        assert (row.text, row.vector, row.wording) == ("", None, None)
