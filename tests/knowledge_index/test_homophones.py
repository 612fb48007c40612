import pytest

from knowledge_index.homophones import LONGEST_RUN, mended, sounding_like
from knowledge_index.lexical import WordIndex


@pytest.fixture
def zh() -> WordIndex:
    words = WordIndex("zh")
    words.add("lock", asked=["智能门锁离线了怎么办", "门锁打不开"])
    words.add("refund", asked=["退货之后多久能收到退款", "怎么申请退款"])
    words.add("code", asked=["收不到验证码", "换了Wi-Fi密码"])
    return words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("怎么申请退狂", "怎么申请退款"),
        ("门锁离腺了", "门锁离线了"),
        ("门锁打布开", "门锁打不开"),
        ("收不到炎正码", "收不到验证码"),
    ],
)
def test_a_character_that_was_taken_for_its_sound_is_put_right(zh: WordIndex, written: str, meant: str) -> None:
    assert zh.meant(written) == meant


@pytest.mark.parametrize("text", ["怎么申请退款", "门锁离线了", "你好", "🙂", "", "wifi密码"])
def test_what_is_right_or_has_no_known_neighbour_is_left_as_it_is(zh: WordIndex, text: str) -> None:
    assert zh.meant(text) is None


def test_a_story_without_a_pause_is_not_searched_for_slips(zh: WordIndex) -> None:
    run = "怎么申请退狂" * LONGEST_RUN
    assert mended(run, zh._uses) == run


def test_speakers_who_do_not_tell_sounds_apart_are_understood() -> None:
    assert "做" in sounding_like("座")
    assert {"知", "资"} <= sounding_like("之")
    assert "蓝" in sounding_like("南")
    assert "信" in sounding_like("性")
    assert "款" not in sounding_like("款")
    assert sounding_like("龘") == frozenset()


def test_both_kinds_of_slips_in_one_text_are_put_right() -> None:
    words = WordIndex("zh")
    words.add("app", asked=["Emberly App闪退怎么办"])
    assert words.meant("embrely app闪腿") == "emberly app 闪退"
