from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.clean import clean, fold, simplified

ANY_CHARACTER = st.characters(codec=None, exclude_categories=())


def test_traditional_characters_become_simplified_with_words_in_view() -> None:
    assert simplified("門鎖壞了，請幫忙") == "门锁坏了，请帮忙"
    assert simplified("著名的乾隆") == "著名的乾隆"


def test_letters_and_digits_of_full_width_become_plain_and_punctuation_stays() -> None:
    assert clean("ＡＢ１２３！　ok") == "AB123！ ok"
    assert fold("你好！") == "你好!"


def test_nothing_remains_that_a_database_refuses() -> None:
    assert clean("a\x00b\ud800c") == "a b c"


@given(st.text(alphabet=ANY_CHARACTER, max_size=300))
def test_every_position_stays_where_it_was(text: str) -> None:
    assert len(clean(text)) == len(text)
    assert len(fold(clean(text))) == len(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=80))
def test_any_chinese_keeps_its_length(text: str) -> None:
    assert len(simplified(text)) == len(text)
