"""What is told in one language alone answers who asks in another, and a translation is known by its subject."""

import asyncio
from dataclasses import replace

import pytest

from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration
from knowledge_index.embedder import Embedder, Key
from knowledge_index.library import Asked, Library
from knowledge_index.search import Result
from tests.knowledge_index import made_up

ASKED = (
    Asked("Where is my order, and how can I track it?", "en"),
    Asked("付款方式", "zh"),
    Asked("my smart lock is offline", "en"),
    Asked("do you sell horses", "en"),
    Asked("Wie lange gilt die Garantie?", "de"),
)


@pytest.fixture(scope="module")
def found(
    embedders: dict[Key, Embedder], shop_articles: list[Article], tmp_path_factory: pytest.TempPathFactory
) -> list[Result]:
    """The answers of a shop that tells of orders in Chinese alone, and of payment in English; ids say nothing."""
    gone = ("track-order.en", "payment-methods.zh")
    held = [article for article in shop_articles if article.id not in gone]
    opaque = [replace(article, id=f"a{number}") for number, article in enumerate(held)]

    async def answers() -> list[Result]:
        library = Library(tmp_path_factory.mktemp("elsewhere"), embedders, Calibration.read())
        try:
            await library.replace(opaque)
            return [await library.search(asked) for asked in ASKED]
        finally:
            await library.close()

    return asyncio.run(answers())


def subject(result: Result, articles: list[Article]) -> str:
    return next(one.subject for one in articles if one.answer == result.hits[0].answer)


def test_a_question_is_answered_from_the_other_language_where_its_own_has_no_article(
    found: list[Result], shop_articles: list[Article]
) -> None:
    order, payment = found[:2]
    assert (order.decision, order.hits[0].language, order.language) == ("answer", "zh", "en")
    assert subject(order, shop_articles) == "track-order"
    assert (payment.decision, payment.hits[0].language, payment.language) == ("answer", "en", "zh")
    assert subject(payment, shop_articles) == "payment-methods"


def test_what_ones_own_language_has_is_answered_in_it_and_nonsense_is_not_answered(found: list[Result]) -> None:
    offline, nonsense = found[2:4]
    assert (offline.decision, offline.hits[0].language) == ("answer", "en")
    assert nonsense.decision == "none"


def test_who_reads_neither_language_is_shown_the_english_article_of_the_subject(found: list[Result]) -> None:
    assert (found[4].decision, found[4].hits[0].language) == ("answer", "en")


def test_the_index_knows_in_which_languages_a_subject_is_told() -> None:
    index = made_up.empty()
    for language in ("en", "zh"):
        index.put(made_up.made_up("clock", language=language))
    assert dict(index.told_in("clock")) == {"en": "clock.en", "zh": "clock.zh"}
    assert not index.lacks_some("en")
    index.delete("clock.en", 1)
    assert dict(index.told_in("clock")) == {"zh": "clock.zh"}
    assert (index.lacks_some("en"), index.lacks_some("zh")) == (True, False)
    index.delete("clock.zh", 1)
    assert (dict(index.told_in("clock")), index.lacks_some("en")) == ({}, False)


def test_a_subject_that_changes_is_left_behind_by_its_article() -> None:
    index = made_up.empty()
    first = made_up.made_up("clock")
    index.put(first)
    index.place(replace(first, article=replace(first.article, subject="watch", version=2)))
    assert (dict(index.told_in("clock")), dict(index.told_in("watch"))) == ({}, {"en": "clock.en"})
