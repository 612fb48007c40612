import random

import pytest

from knowledge_index.lexical import WordIndex, is_word, stem, tokens


@pytest.mark.parametrize(
    "family",
    [("charge", "charges", "charged", "charging"), ("battery", "batteries"), ("stop", "stopped", "stopping")],
)
def test_endings_do_not_part_a_family(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_short_words_and_double_s_keep_their_end() -> None:
    assert stem("gas") == "gas"
    assert stem("press") == "press"


def test_chinese_is_read_as_characters_and_pairs_and_mixed_text_as_both() -> None:
    assert tokens("门锁离线", "zh") == ["门", "锁", "离", "线", "门锁", "锁离", "离线"]
    assert tokens("重置wifi密码", "zh")[-4:] == ["wifi", "密", "码", "密码"]


def test_a_word_is_told_from_more_than_a_word() -> None:
    assert all(map(is_word, ("battery", "the battery?", "My batteries!", "wi-fi", "退货", "摄像头", "wifi 12345")))
    assert not any(map(is_word, ("battery low", "how can I pay?", "怎么退", "退货 运费", "门锁battery", "", "🙂")))


def test_order_numbers_are_not_words() -> None:
    assert tokens("my order AB12345 is late", "en") == tokens("my order is late", "en")


def test_the_article_that_shares_the_rare_word_comes_first() -> None:
    words = WordIndex("en")
    words.add("camera", asked=["my camera is offline", "camera shows no picture"])
    words.add("lock", asked=["my lock is offline"])
    words.add("hub", asked=["my hub is offline"])
    scores = words.scores(tokens("the lock went offline", "en"))
    assert max(scores, key=lambda name: scores[name]) == "lock"


def test_coverage_falls_with_every_word_that_the_article_does_not_know() -> None:
    words = WordIndex("en")
    words.add("lock", asked=["my lock is offline"])
    known = words.coverage(tokens("lock offline", "en"), "lock")
    unknown = words.coverage(tokens("lock offline on a boat in Norway", "en"), "lock")
    assert known == pytest.approx(1.0)
    assert unknown < 0.5


def test_articles_that_are_asked_with_as_much_of_the_query_are_rivals() -> None:
    words = WordIndex("en")
    words.add("types", asked=["which battery do I need"])
    words.add("change", asked=["change the battery of the lock"])
    words.add("bolt", asked=["the bolt is jammed"], answer=["Charge the battery."])
    others = ["change", "bolt"]
    assert words.rivals(tokens("battery", "en"), "types", others) == 1
    assert words.rivals(tokens("which battery is needed", "en"), "types", others) == 0
    assert words.rivals(tokens("unheard", "en"), "types", others) == 0


def test_adding_and_removing_leaves_what_a_rebuild_gives() -> None:
    chance = random.Random(4)
    vocabulary = [f"word{number}" for number in range(30)]
    texts = {name: [" ".join(chance.choices(vocabulary, k=6)) for _ in range(3)] for name in "abcdef"}
    changed, fresh = WordIndex("en"), WordIndex("en")
    for name, passages in texts.items():
        changed.add(name, asked=["an earlier wording"], answer=passages)
        changed.add(name, asked=passages[:2], answer=passages[2:])
    changed.remove("c")
    for name in "fedba":
        fresh.add(name, asked=texts[name][:2], answer=texts[name][2:])
    query = tokens("word1 word2 word3 unheard", "en")
    assert changed.scores(query) == pytest.approx(fresh.scores(query))
    assert changed.coverage(query, "a") == pytest.approx(fresh.coverage(query, "a"))


def test_a_query_without_words_scores_nothing() -> None:
    words = WordIndex("en")
    words.add("lock", asked=["my lock is offline"])
    assert words.scores([]) == {}
    assert words.coverage([], "lock") == 0.0
