import pytest

from bot.understanding import facts
from tests.understanding.said import cases


@pytest.mark.parametrize(("_kind", "group", "sentence"), cases("urgency"))
def test_what_cannot_wait_is_told_from_what_can(_kind: str, group: str, sentence: str) -> None:
    urgency = facts.read(sentence).urgency
    assert (urgency.value >= 0.5) == (group == "must"), urgency
    assert group == "must" or urgency.value <= 0.3


def test_somebody_locked_out_with_a_child_is_more_urgent_than_a_flight_tomorrow() -> None:
    locked_out = facts.read("I am locked out and my baby is inside").urgency.value
    assert locked_out > facts.read("we fly out tomorrow").urgency.value


def test_urgency_comes_with_its_words() -> None:
    assert [reason.words for reason in facts.read("请马上处理，我被锁在门外").urgency.reasons] == ["被锁在门外", "马上"]
