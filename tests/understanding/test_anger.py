import pytest

from bot.understanding import facts
from tests.understanding.said import cases

BOUNDS = {"fury": (0.6, 1.0), "displeased": (0.1, 0.599), "calm": (0.0, 0.099)}


@pytest.mark.parametrize(("_kind", "group", "sentence"), cases("anger"))
def test_a_sentence_is_as_angry_as_it_sounds(_kind: str, group: str, sentence: str) -> None:
    least, most = BOUNDS[group]
    anger = facts.read(sentence).anger
    assert least <= anger.value <= most, anger


def test_repetition_helplessness_and_fury_add_up() -> None:
    anger = facts.read("this is the third time, nobody helps, I am furious").anger
    assert anger.value >= 0.8
    assert [reason.words for reason in anger.reasons] == ["furious", "third time", "nobody helps"]


def test_a_mild_word_is_mild() -> None:
    assert facts.read("this is annoying").anger.value == pytest.approx(0.3, abs=0.05)


def test_a_lone_swear_word_is_not_anger() -> None:
    assert facts.read("damn, wrong button").anger.value < 0.3


def test_an_ordinary_complaint_stays_below_the_handover() -> None:
    assert 0.3 <= facts.read("my parcel is two weeks late and nobody answers").anger.value < 0.6


def test_the_same_word_said_twice_counts_once() -> None:
    assert facts.read("annoying, annoying").anger == facts.read("annoying").anger


def test_joy_may_shout() -> None:
    assert facts.read("I LOVE THIS CAMERA!!! THANK YOU").anger.value == 0


def test_capitals_and_marks_are_quoted_as_they_stand() -> None:
    reasons = facts.read("so WHERE IS MY ORDER?!?!").anger.reasons
    assert {(reason.rule, reason.words) for reason in reasons} == {("shouting", "WHERE IS MY ORDER"), ("marks", "?!?!")}


def test_thanks_soften_displeasure_but_not_fury() -> None:
    assert facts.read("thanks, but this is annoying").anger.value < facts.read("this is annoying").anger.value
    assert facts.read("thank you but I am furious").anger.value >= 0.6


@pytest.mark.parametrize("sentence", ["I am not angry", "I'm not really angry", "im not angry at all", "我没有生气"])
def test_anger_denied_is_no_anger(sentence: str) -> None:
    assert facts.read(sentence).anger.value == 0


def test_fury_survives_a_denial_elsewhere() -> None:
    assert facts.read("I am not stupid, I am furious").anger.value >= 0.6
