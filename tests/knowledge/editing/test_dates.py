"""A published article is answered with from its first day to its last: a timer brings it in and takes it out."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.core import clock
from bot.core.db import Database
from bot.knowledge import indexing, service, validity
from bot.knowledge.models import Article, Status
from bot.knowledge.schemas import ArticleIn
from knowledge_index.client import KnowledgeClient
from tests.knowledge.editing.conftest import ARTICLE, Write
from tests.knowledge_index import made_up
from tests.people import StaffMember, until
from tests.sites import Site

DAY = timedelta(days=1)
NAME, ARTICLE_ID = "clock", "clock.en"


class Beside(KnowledgeClient):
    """The real index in this process, with vectors out of a hat: what it takes and refuses is its own rule."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.index = made_up.empty()

    async def put_article(self, article: dict[str, Any], *, timeout: float = 1) -> int:
        self.index.put(made_up.made_up(NAME, article["version"]))
        return self.index.version_of(ARTICLE_ID)

    async def delete_article(self, article_id: str, *, version: int, timeout: float = 1) -> int:
        self.index.delete(article_id, version)
        return self.index.version_of(article_id)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def written(db: Database, *, was_there: bool = False, **days: Any) -> None:
    """A published article with these days; with `was_there` it had been in force before it was given them."""
    with db.transaction() as session:
        given = ArticleIn.model_validate(ARTICLE)
        article = service.do_create(session, given=given, by=None, article_id=ARTICLE_ID)
        if was_there:
            service.do_set_status(session, article=article, status=Status.PUBLISHED, by=None)
            service.do_set_status(session, article=article, status=Status.UNPUBLISHED, by=None)
        for name, day in days.items():
            setattr(article, name, day)
        service.do_set_status(session, article=article, status=Status.PUBLISHED, by=None)


def tell(db: Database, knowledge: Beside) -> bool:
    """Run the article's job, after which the index equals the database; whether it holds the article."""
    asyncio.run(indexing.index_article(db, knowledge, {"article_id": ARTICLE_ID}))
    with db.snapshot() as session:
        assert knowledge.index.digest() == service.digest(session)
    return ARTICLE_ID in knowledge.index.articles


@pytest.mark.parametrize("was_there", [False, True])
def test_the_index_follows_the_days_of_an_article_at_the_same_version(db: Database, was_there: bool) -> None:
    knowledge, now = Beside(), clock.now()
    written(db, was_there=was_there, valid_from=now + DAY, valid_until=now + 3 * DAY)
    if was_there:
        knowledge.index.put(made_up.made_up(NAME, 2))
    assert tell(db, knowledge) is False
    assert validity.follow(db) == 0
    with clock.travel(2 * DAY):
        assert validity.follow(db) == 1
        assert validity.follow(db) == 0
        assert tell(db, knowledge) is True
        assert tell(db, knowledge) is True
    with clock.travel(4 * DAY):
        assert validity.follow(db) == 1
        assert tell(db, knowledge) is False
        assert validity.follow(db) == 0


def test_a_job_that_comes_late_takes_nothing_out_that_came_in_meanwhile(db: Database) -> None:
    knowledge, now = Beside(), clock.now()
    written(db, was_there=True, valid_from=now + DAY)
    with clock.travel(2 * DAY):
        validity.follow(db)
        assert tell(db, knowledge) is True
    with db.snapshot() as session:
        article = service.access_article(session, ARTICLE_ID)
        before_its_day = article.version - service.waits_for_its_day(article, now)
    asyncio.run(knowledge.delete_article(ARTICLE_ID, version=before_its_day))
    assert ARTICLE_ID in knowledge.index.articles


def test_the_worker_looks_by_itself_and_the_article_says_whether_it_is_in_force(
    site: Site, cleo: StaffMember, write: Write
) -> None:
    tomorrow = (clock.now() + timedelta(minutes=30)).isoformat()
    article = write(published=True, valid_from=tomorrow)
    assert (article["status"], article["in_force"]) == ("published", False)

    def is_indexed() -> bool:
        with site.db.snapshot() as session:
            found = session.get(Article, article["id"])
            return found is not None and found.indexed

    assert not is_indexed()
    with clock.travel(timedelta(hours=1)):
        until(is_indexed)
        assert cleo.get(f"/knowledge/articles/{article['id']}")["in_force"] is True


def test_reminders_name_what_is_overdue_and_what_soon_will_be(cleo: StaffMember, write: Write) -> None:
    now = clock.now()
    days = {name: (now + count * DAY).isoformat() for name, count in {"past": -1, "soon": 13, "later": 15}.items()}
    over = write(published=True, review_by=days["past"], valid_until=days["soon"])
    ending = write(valid_until=days["soon"], review_by=days["later"])
    write(review_by=days["later"])
    away = write(review_by=days["past"])
    cleo.post(f"/knowledge/articles/{away['id']}/archive")
    ours = {over["id"]: ("review", True), ending["id"]: ("end", False)}
    found = cleo.get("/knowledge/reminders")["items"]
    told = {one["id"]: (one["due"], one["stale"]) for one in found}
    assert {name: told.get(name) for name in ours} == ours
    assert away["id"] not in told
    assert [one["due_at"] for one in found] == sorted(one["due_at"] for one in found)
