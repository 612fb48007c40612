import random

import pytest

from knowledge_index.lexical import WordIndex, tokens
from knowledge_index.spelling import Spelling, slips
from knowledge_index.text import clean


@pytest.fixture
def known() -> Spelling:
    spelling = Spelling()
    spelling.add(["smart", "lock", "offline", "battery", "wifi", "camera", "records", "sent", "open", "return"])
    spelling.add(["order", "train", "reset"])
    return spelling


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lokc", "lock"),
        ("opne", "open"),
        ("oder", "order"),
        ("rest", "reset"),
        ("retrun", "return"),
        ("offlne", "offline"),
        ("baterry", "battery"),
        ("smartlock", "smart lock"),
        ("wi fi", "wifi"),
        ("camera", "camera"),
    ],
)
def test_slips_of_the_keyboard_are_put_right(known: Spelling, written: str, meant: str) -> None:
    assert known.corrected(written.split()) == meant.split()


@pytest.mark.parametrize("word", ["rent", "rain", "telescope", "bicycles", "摄像头", "xq", "asdfghjkl"])
def test_a_word_that_is_merely_new_stays_as_it_is(known: Spelling, word: str) -> None:
    assert known.corrected([word]) == [word]


def test_what_was_forgotten_is_corrected_to_no_more() -> None:
    chance, spelling = random.Random(3), Spelling()
    words = ["".join(chance.choices("abcde", k=6)) for _ in range(60)]
    spelling.add(words)
    spelling.remove(words)
    assert spelling.corrected([words[0][:-1]]) == [words[0][:-1]]
    assert not spelling._near
    assert not spelling._words


def test_slips_are_counted_with_swaps_as_one() -> None:
    assert [slips("lock", other) for other in ("lock", "lokc", "luck", "clock", "loc", "key")] == [0, 1, 1, 1, 1, 4]


def test_wifi_is_one_word_however_it_is_written() -> None:
    assert tokens("my wi-fi", "en") == tokens("My Wi-Fi", "en") == tokens("my wifi", "en")
    assert tokens("an e-mail", "en") == tokens("an email", "en")


def test_a_query_with_slips_finds_what_it_means() -> None:
    words = WordIndex("en")
    words.add("lock", asked=["my smart lock is offline"])
    words.add("camera", asked=["my camera is offline"])
    scores = words.scores(words.terms("smrat lokc"))
    assert list(scores) == ["lock"]


def test_traditional_characters_are_read_as_simplified_ones_and_japanese_is_left_alone() -> None:
    assert clean("智能門鎖打不開，請問怎麼換電池") == "智能门锁打不开,请问怎么换电池"
    assert clean("帳號被鎖，禮品卡餘額與運費") == "账号被锁,礼品卡余额与运费"
    assert clean("スマートロックの電池") == "スマートロックの電池"
