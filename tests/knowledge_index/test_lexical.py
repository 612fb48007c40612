import math
import random
from collections import Counter

import pytest

from knowledge_index.lexical import ANSWER_SHARE, K1, B, WordIndex, is_word, stem, tokens


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


def plain(texts: dict[str, tuple[list[str], list[str]]], query: list[str]) -> dict[str, float]:
    """BM25F as it is written down, article by article."""
    counts = {name: [Counter(tokens(" ".join(part), "en")) for part in parts] for name, parts in texts.items()}
    usual = [sum(fields[field].total() for fields in counts.values()) / len(counts) for field in (0, 1)]
    weights = {}
    for term in query:
        uses = sum(any(term in field for field in fields) for fields in counts.values())
        weights[term] = math.log(1 + (len(counts) - uses + 0.5) / (uses + 0.5))
    scores = {}
    for name, fields in counts.items():
        longs = [1 - B + B * field.total() / length for field, length in zip(fields, usual, strict=True)]
        heard = {term: fields[0][term] / longs[0] + ANSWER_SHARE * fields[1][term] / longs[1] for term in weights}
        whole = sum(weights[term] * often / (often + K1) for term, often in heard.items())
        scores[name] = whole / sum(weights.values())
    return {name: score for name, score in scores.items() if score}


def test_scores_are_those_of_the_formula_after_any_changes() -> None:
    chance, words = random.Random(8), WordIndex("en")
    texts: dict[str, tuple[list[str], list[str]]] = {}

    def said() -> list[str]:
        return [" ".join(f"word{min(int(chance.expovariate(0.2)), 40)}" for _ in range(chance.randint(1, 12)))]

    for _ in range(400):
        name = f"article {chance.randint(0, 60)}"
        words.remove(name)
        texts.pop(name, None)
        if chance.random() < 0.7:
            texts[name] = said(), said()
            words.add(name, asked=texts[name][0], answer=texts[name][1])
        if chance.random() < 0.1 and texts:
            query = tokens(said()[0], "en")
            assert words.scores(query) == pytest.approx(plain(texts, query), abs=1e-9)


@pytest.mark.parametrize("among", [range(200), range(3, 200, 40), range(0), range(150, 160)])
def test_the_best_by_words_are_the_first_of_all_in_order(among: range) -> None:
    chance, words = random.Random(2), WordIndex("en")
    for number in range(200):
        words.add(f"a{number:03}", asked=[" ".join(chance.choices(["red", "green", "blue", "black", "white"], k=3))])
    wanted = {f"a{number:03}" for number in among}
    scores = words.scores(["red", "blue"])
    ranked = sorted((name for name in scores if name in wanted), key=lambda name: (-scores[name], name))
    for many in (1, 10, 300):
        assert scores.best(many, wanted) == ranked[:many]
