import pytest

from bot.understanding import facts
from bot.understanding.score import Reason, Score
from tests.understanding.said import cases

CALM = -3.0
ANGRY = 3.0
"""Log-odds of anger, as a vector's head gives them."""
BOUNDS = {"fury": (0.6, 1.0), "displeased": (0.1, 0.599), "calm": (0.0, 0.099)}


def wording(anger: Score) -> list[Reason]:
    """The reasons but for the tone of the whole."""
    return [reason for reason in anger.reasons if reason.rule != "tone"]


@pytest.mark.parametrize(("_kind", "group", "sentence"), cases("anger"))
def test_a_sentence_is_as_angry_as_it_sounds(_kind: str, group: str, sentence: str) -> None:
    least, most = BOUNDS[group]
    anger = facts.read(sentence).anger
    assert least <= anger.value <= most, anger


def test_repetition_helplessness_and_fury_add_up() -> None:
    anger = facts.read("this is the third time, nobody helps, I am furious").anger
    assert anger.value >= 0.8
    assert [reason.words for reason in wording(anger)] == ["furious", "third time", "nobody helps"]


def test_a_mild_word_is_mild() -> None:
    assert 0.25 <= facts.read("this is annoying").anger.value < 0.5


def test_a_lone_swear_word_is_not_anger() -> None:
    assert facts.read("damn, wrong button").anger.value < 0.3


def test_an_ordinary_complaint_stays_below_the_handover() -> None:
    assert 0.3 <= facts.read("my parcel is two weeks late and nobody answers").anger.value < 0.6


def test_the_same_word_said_twice_counts_once() -> None:
    assert [reason.words for reason in wording(facts.read("annoying, annoying").anger)] == ["annoying"]


def test_joy_may_shout() -> None:
    assert facts.read("I LOVE THIS CAMERA!!! THANK YOU").anger.value < 0.05


def test_capitals_and_marks_are_quoted_as_they_stand() -> None:
    reasons = wording(facts.read("so WHERE IS MY ORDER?!?!").anger)
    assert {(reason.rule, reason.words) for reason in reasons} == {("shouting", "WHERE IS MY ORDER"), ("marks", "?!?!")}


def test_thanks_soften_displeasure_but_not_fury() -> None:
    assert facts.read("thanks, but this is annoying").anger.value < facts.read("this is annoying").anger.value
    assert facts.read("thank you but I am furious").anger.value >= 0.6


@pytest.mark.parametrize("sentence", ["I am not angry", "I'm not really angry", "im not angry at all", "我没有生气"])
def test_anger_denied_is_no_anger(sentence: str) -> None:
    anger = facts.read(sentence).anger
    assert anger.value < 0.1
    assert anger.reasons == ()


def test_fury_survives_a_denial_elsewhere() -> None:
    assert facts.read("I am not stupid, I am furious").anger.value >= 0.6


def test_tone_alone_never_calls_the_desk_but_is_told_with_the_words_it_comes_from() -> None:
    seen = facts.read("I expected all of you to keep your word. Good evening.")
    anger = seen.heard.score(30.0)
    assert 0.3 <= anger.value < 0.6
    assert anger.reasons[-1] == Reason("I expected all of you to keep your word", "tone")


def test_a_calm_tone_takes_from_mere_words_but_nothing_from_fury() -> None:
    mild, fury = (facts.read(text).heard for text in ("the film has a horrible monster in it", "I am furious with you"))
    assert mild.score(CALM).value <= 0.6 * mild.wording.value
    assert fury.score(CALM).value >= fury.wording.value


def test_an_angry_tone_adds_to_angry_words() -> None:
    heard = facts.read("this is annoying").heard
    assert heard.score(CALM).value < heard.score(0.0).value < heard.score(ANGRY).value


def test_a_vector_of_another_model_changes_nothing() -> None:
    seen = facts.read("this is annoying")
    assert facts.with_vector(seen, [0.05] * 384, model="another") is seen
