"""Sentences that cannot both be true are found; sentences about something else are left alone."""

import pytest

from knowledge_index import seed
from knowledge_index.contradictions import between

OPPOSED = [
    ("en", "Items can be returned within 14 days of delivery.", "number", "Items can be returned within 30 days."),
    ("en", "The warranty lasts three years.", "number", "The warranty lasts 2 years."),
    ("en", "The hub costs €59.", "number", "The hub costs €49.50."),
    ("en", "Return shipping within the EU is charged.", "opposite", "Returns are free of charge within the EU."),
    ("en", "The camera does not work without a subscription.", "negation", "The camera works without a subscription."),
    ("zh", "收到货后十五天内可以退货。", "number", "收到货后7天内可以退货。"),
    ("zh", "保修期为两年。", "number", "保修期为一年。"),
    ("zh", "国内订单配送需要收费。", "opposite", "国内订单免费配送。"),
    ("zh", "门锁不支持指纹开锁。", "negation", "门锁支持指纹开锁。"),
]  # fmt: skip
AGREED = [
    ("en", "Refunds take two weeks.", "Refunds take 14 days."),
    ("en", "The camera works with a hub.", "The camera works without a subscription."),
    ("en", "If that does not work, ask for a person here.", "If the date has passed, ask for a person here."),
    ("en", "Shipping takes 3 days.", "The warranty lasts 3 years."),
    ("zh", "退款会在两周内到账。", "退款会在14天内到账。"),
    ("zh", "还是不行,请在这里说“转人工”。", "接了网线还是红灯,请在这里说“转人工”。"),
    ("en", "", "Anything."),
]


@pytest.mark.parametrize(("language", "there", "why", "here"), OPPOSED)
def test_sentences_that_disagree_are_found(language: str, there: str, why: str, here: str) -> None:
    (found,) = between(f"{here}\nAsk here.", there, language)
    assert (found.why, found.here, found.there) == (why, here, there)


@pytest.mark.parametrize(("language", "here", "there"), AGREED)
def test_sentences_that_agree_or_speak_of_something_else_are_left_alone(language: str, here: str, there: str) -> None:
    assert between(here, there, language) == []


def test_an_article_does_not_contradict_itself() -> None:
    for article in seed.articles():
        assert between(article["answer"], article["answer"], article["language"]) == []
