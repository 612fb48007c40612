from knowledge_index import passages
from knowledge_index.articles import Article
from knowledge_index.text import MAX_CHARS, clean, mixes_scripts, sentences


def test_equal_sayings_become_one_text() -> None:
    assert clean("  智能门锁　打不开了？\n") == clean("智能门锁 打不开了?") == "智能门锁 打不开了?"


def test_nul_zero_width_and_surrogates_are_gone() -> None:
    assert clean("smart\0lock\u200b\ud800 ok") == "smart lock ok"


def test_nothing_is_left_of_what_holds_no_text() -> None:
    assert clean(" \0\u200b\ud83d \n") == ""


def test_endless_texts_are_cut() -> None:
    assert len(clean("a" * 100_000)) == MAX_CHARS


def test_answers_fall_into_sentences_in_both_languages() -> None:
    assert sentences("Open the app. Wait! Done?") == ["Open the app.", "Wait!", "Done?"]
    assert sentences("打开应用。等一分钟！好了吗？") == ["打开应用。", "等一分钟!", "好了吗?"]


def test_the_kinds_of_passage_stay_apart_and_each_text_stands_once() -> None:
    article = Article(
        id="hub.en",
        version=1,
        language="en",
        question="Where is the hub?",
        variants=("where is the HUB?", "hub location"),
        answer="1. Look behind the television. It is white.",
    )
    assert [(passage.kind, passage.text) for passage in passages.of(article)] == [
        ("question", "Where is the hub?"),
        ("variant", "hub location"),
        ("answer", "Look behind the television."),
        ("answer", "It is white."),
    ]


def test_scripts_are_mixed_where_latin_words_stand_beside_chinese_characters() -> None:
    assert mixes_scripts("smart lock打不开")
    assert not any(map(mixes_scripts, ("smart lock", "门锁打不开", "5G网络", "🔒打不开", "")))
