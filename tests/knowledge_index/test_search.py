from collections.abc import Callable

import numpy as np
import pytest

from knowledge_index import search
from knowledge_index.articles import Article
from knowledge_index.calibration import Calibration, Judge, Logistic
from knowledge_index.embedded import EmbeddedArticle, embedded
from knowledge_index.embedder import Embedder, Key
from knowledge_index.index import KnowledgeIndex, built

Asked = Callable[..., search.Result]


@pytest.fixture
def asked(shop: KnowledgeIndex, embedders: dict[Key, Embedder]) -> Asked:
    def ask(text: str, language: str = "en", k: int = 3) -> search.Result:
        vector = embedders[search.scope(shop, language).key].encode([text])[0]
        return search.search(shop, text=text, vector=vector, language=language, k=k)

    return ask


@pytest.mark.parametrize(
    ("text", "language", "article_id"),
    [
        ("my smart lock is offline", "en", "smart-lock-offline.en"),
        ("智能门锁打不开了", "zh", "smart-lock-will-not-open.zh"),
        ("how long is the warranty", "en", "warranty-length.en"),
        ("怎么退货", "zh", "return-item.zh"),
        ("Wo ist mein Paket?", "de", "track-order.en"),
        ("スマートロックがオフラインです", "ja", "smart-lock-offline.en"),
    ],
)
def test_what_an_article_answers_is_answered_from_it(asked: Asked, text: str, language: str, article_id: str) -> None:
    result = asked(text, language)
    assert (result.decision, result.hits[0].article_id) == ("answer", article_id)
    assert result.confidence > 0.6


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what is the capital of Peru", "en"),
        ("asdkjh", "en"),
        ("请帮我写一首诗", "zh"),
        ("do you sell bicycles", "en"),
        ("can I use the lock on a boat in Norway", "en"),
        ("秘鲁的首都是哪里", "zh"),
        ("Was ist die Hauptstadt von Peru?", "de"),
        ("?!", "en"),
        ("🙂🙂", "zh"),
    ],
)
def test_what_no_article_answers_is_not_answered(asked: Asked, text: str, language: str) -> None:
    assert asked(text, language).decision == "none"


def test_an_articles_own_words_are_always_answered_from_it(shop: KnowledgeIndex, asked: Asked) -> None:
    for held in shop.articles.values():
        for text in (held.article.question, *held.article.variants):
            result = asked(text, held.article.language)
            if not _also_asked_elsewhere(shop, held.article, text):
                assert result.decision == "answer", text
                assert result.hits[0].article_id == held.article.id, text


def _also_asked_elsewhere(shop: KnowledgeIndex, article: Article, text: str) -> bool:
    return any(text in held.article.variants for held in shop.articles.values() if held.article != article)


def test_each_language_stays_in_its_own_articles(asked: Asked) -> None:
    assert {hit.language for hit in asked("my smart lock is offline", "en", k=10).hits} == {"en"}
    assert {hit.language for hit in asked("门锁离线", "zh", k=10).hits} == {"zh"}


def test_an_article_and_its_translation_are_one_hit(asked: Asked) -> None:
    subjects = [hit.article_id.rsplit(".", 1)[0] for hit in asked("Mein Schloss ist offline", "de", k=10).hits]
    assert len(subjects) == len(set(subjects))


def test_a_language_without_articles_is_searched_in_the_others(
    embedders: dict[Key, Embedder], shop_embedded: list[EmbeddedArticle]
) -> None:
    english = [held for held in shop_embedded if held.article.language == "en"]
    index = built(Calibration.read(), {"en": 384, "multi": 384}, english)
    assert search.scope(index, "zh").key == "multi"
    vector = embedders["multi"].encode(["智能门锁离线了"])[0]
    result = search.search(index, text="智能门锁离线了", vector=vector, language="zh")
    assert result.hits[0].article_id == "smart-lock-offline.en"


def test_an_unsure_search_offers_a_few_to_choose_from(asked: Asked) -> None:
    result = asked("I want my money back")
    assert result.decision == "choices"
    assert 1 <= len(result.hits) <= 3


def test_a_shop_of_one_article_does_not_answer_everything_with_it(embedders: dict[Key, Embedder]) -> None:
    only = Article("hours.en", 1, "en", "When are you open?", "From nine to five.", ("opening hours",))
    index = built(Calibration.read(), {"en": 384, "multi": 384}, embedded([only], embedders))

    def decision(text: str) -> str:
        vector = embedders["en"].encode([text])[0]
        return search.search(index, text=text, vector=vector, language="en").decision

    assert decision("what are your opening hours") == "answer"
    assert decision("my smart lock is offline") == "none"
    assert decision("where is my parcel") == "none"


def test_an_empty_index_has_no_answer(embedders: dict[Key, Embedder]) -> None:
    index = built(Calibration.read(), {"en": 384, "multi": 384}, ())
    result = search.search(index, text="hello", vector=np.ones(384, np.float32), language="en")
    assert (result.decision, result.confidence, result.hits) == ("none", 0.0, ())


def test_scores_and_confidence_are_between_zero_and_one(asked: Asked) -> None:
    for text in ("my smart lock is offline, how do I get it back online?", "lock", "zebra"):
        result = asked(text, k=8)
        assert 0 <= result.confidence <= 1
        assert all(0 <= hit.score <= 1 for hit in result.hits)
        assert [hit.score for hit in result.hits] == sorted((hit.score for hit in result.hits), reverse=True)


def test_more_evidence_never_lowers_the_confidence() -> None:
    for judge in Calibration.read().judges.values():
        for logistic in (judge.first, judge.among):
            assert all(weight >= 0 for name, weight in logistic.weights.items() if name != "length")


def test_a_judge_answers_above_its_mark_offers_below_and_else_admits_it() -> None:
    judge = Judge(0.2, 0.3, 0.3, Logistic(0.0, {"pooled": 1.0}), Logistic(1.0, {"pooled": 1.0}), 0.9, 0.6)
    assert judge.decide({"pooled": 3.0, "margin": 0.2})[0] == "answer"
    assert judge.decide({"pooled": 3.0, "margin": 0.01})[0] == "choices"
    assert judge.decide({"pooled": 0.0, "margin": 0.2})[0] == "choices"
    assert judge.decide({"pooled": -3.0, "margin": 0.2})[0] == "none"


def test_of_a_word_that_three_articles_share_each_has_a_third_of_the_chance() -> None:
    judge = Judge(0.2, 0.3, 0.3, Logistic(0.0, {"pooled": 1.0}), Logistic(1.0, {"pooled": 1.0}), 0.9, 0.6)
    clear = {"pooled": 3.0, "margin": 0.2}
    decision, confidence = judge.decide({**clear, "shared_word": 2.0})
    assert decision == "choices"
    assert confidence == pytest.approx(judge.decide(clear)[1] / 3)


@pytest.mark.parametrize(
    ("text", "language", "shared"),
    [
        ("my lock?", "en", True),
        ("门锁", "zh", True),
        ("門鎖呢", "zh", True),
        ("warranty", "en", False),
        ("保修", "zh", False),
        ("lock offline", "en", False),
        ("门锁离线", "zh", False),
    ],
)
def test_a_word_alone_is_told_from_a_question_where_several_articles_use_it(
    shop: KnowledgeIndex, embedders: dict[Key, Embedder], text: str, language: str, shared: bool
) -> None:
    vector = embedders[search.scope(shop, language).key].encode([text])[0]
    ranked = search.rank(shop, text=text, vector=vector, language=language)
    assert (search.evidence(shop, text, ranked, 0.2)["shared_word"] > 0) == shared
