"""What a person would sense in a conversation: corrections, thanks, the same again. By a script, on one database."""

import itertools
from collections.abc import Iterator

import pytest

from bot import wire
from bot.chat.models import Feedback
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada
from tests.scripts import by_first_word
from tests.sites import Site, running

CHOICES = [{"title": "How do I pair it?", "payload": "article:pairing.en"}]


def sensible(turn: TurnInput) -> EngineReply:
    """As `by_first_word`; `which …` offers choices, `both …` answers two questions and `warranty …` the first of them,
    `the …` says what it was told to pass over, others are talk."""
    word = turn.text.split()[0].lower()
    talk = {"thanks": "You are welcome.", "hello": "Hello, I am a bot.", "12": "Noted.", "wrong": "What did you mean?"}
    intents = {"thanks": "thanks", "hello": "greet", "12": "give_details", "wrong": "correct_me"}
    if word in talk:
        return EngineReply((talk[word],), (Signal(wire.SAID, intents[word], 0.9),), "scripted")
    if word == "which":
        return EngineReply((), (Signal(wire.CHOICES, "other_question", 0.9, {"choices": CHOICES}),), "scripted")
    if word == "also":
        extra = {"article_id": "hub.en", "question": "What is the hub?", "choices": CHOICES}
        return EngineReply(("A hub.",), (Signal(wire.ANSWERED, "other_question", 0.9, extra),), "scripted")
    if word == "both":
        more = [{"text": "By card.", "article_id": "pay.en", "question": "How can I pay?"}]
        extra = {"article_id": "warranty.en", "question": "How long is the warranty?", "more": more}
        return EngineReply(("Two years.",), (Signal(wire.ANSWERED, "warranty_claim", 0.9, extra),), "scripted")
    if word == "warranty":
        extra = {"article_id": "warranty.en", "question": "How long is the warranty?"}
        return EngineReply(("Two years.",), (Signal(wire.ANSWERED, "warranty_claim", 0.9, extra),), "scripted")
    if word == "the":
        camera = {"article_id": "camera.en", "question": "The camera", "score": 0.9}
        text = f"{turn.text}, without {turn.passed_over}"
        return EngineReply((text,), (Signal(wire.ANSWERED, "device_offline", 0.9, camera),), "scripted")
    return by_first_word(turn)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("sense")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(sensible)) as site:
        yield site


def judged(site: Site, ada: Ada) -> dict[str | None, bool]:
    """What the customer's words said of each article."""
    with site.db.snapshot() as session:
        return {row.article_id: row.helpful for row in session.query(Feedback).filter_by(conversation_id=ada.id)}


def test_what_was_meant_instead_is_asked_without_the_last_answer(ada: Ada) -> None:
    ada.asks("lock is offline")
    (answer,) = ada.asks("No, I meant the camera")
    assert answer["text"] == "the camera, without smart-lock-offline.en"


def test_thanks_after_an_answer_count_as_helped_and_close_kindly(site: Site, ada: Ada) -> None:
    ada.asks("lock is offline")
    (closing,) = ada.asks("thanks")
    assert closing["text"] == "You are welcome."
    assert judged(site, ada) == {"smart-lock-offline.en": True}
    assert ada.state() == "bot"


def test_thanks_for_nothing_in_particular_judge_nothing(site: Site, ada: Ada) -> None:
    ada.asks("hello")
    ada.asks("thanks")
    assert judged(site, ada) == {}


def test_what_was_tapped_outweighs_thanks(site: Site, ada: Ada) -> None:
    (answer,) = ada.asks("lock is offline")
    ada.http.post(f"/conversations/{ada.id}/messages/{answer['seq']}/feedback", json={"helpful": False})
    ada.asks("thanks")
    assert judged(site, ada) == {"smart-lock-offline.en": False}


@pytest.mark.parametrize("words", ["useless", "wrong"])
def test_an_answer_that_was_not_it_offers_a_person_and_the_next_miss_calls_one(
    site: Site, ada: Ada, words: str
) -> None:
    ada.asks("lock is offline")
    (offer,) = ada.asks(words)
    assert [choice["payload"] for choice in offer["choices"]] == ["human"]
    assert judged(site, ada) == {"smart-lock-offline.en": False}
    ada.asks("zebra")
    assert ada.state() == "queue"


def test_who_corrects_before_there_was_an_answer_is_only_asked(ada: Ada) -> None:
    (asked,) = ada.asks("wrong")
    assert asked["text"] == "What did you mean?"
    ada.asks("zebra")
    assert ada.state() == "bot"


@pytest.mark.parametrize("words", ["hello", "thanks", "12"])
def test_small_words_are_not_said_twice_in_a_row(ada: Ada, words: str) -> None:
    said = [ada.asks(words)[0]["text"] for _ in range(4)]
    assert all(one != following for one, following in itertools.pairwise(said))


def test_an_answer_is_not_given_twice_in_a_row(ada: Ada) -> None:
    (first,) = ada.asks("lock is offline")
    (second,) = ada.asks("lock is still offline")
    assert second["text"] != first["text"]
    assert [choice["payload"] for choice in second["choices"]] == ["human"]


def test_the_same_question_a_third_time_calls_a_person(site: Site, ada: Ada) -> None:
    for _ in range(3):
        said = ada.asks("lock is offline")
    assert said[-1]["text"] != "Check the batteries first."
    assert ada.state() == "queue"


def test_thanks_after_the_same_answer_twice_do_not_say_that_it_helped(site: Site, ada: Ada) -> None:
    for words in ("lock is offline", "lock is offline", "thanks"):
        ada.asks(words)
    assert judged(site, ada) == {}


def test_yes_to_an_answer_with_something_to_choose_from_beside_it_calls_nobody(ada: Ada) -> None:
    ada.asks("also pairing")
    ada.asks("yes that is fine")
    assert ada.state() == "bot"


def test_two_questions_get_both_answers_and_neither_is_given_again_at_once(ada: Ada) -> None:
    asked = ada.say("both how long is the warranty and how can I pay")
    ada.hears(lambda m: m.get("article_id") == "pay.en", after=asked["seq"])
    assert [m["text"] for m in ada.ours(after=asked["seq"])] == ["Two years.", "By card."]
    (again,) = ada.asks("warranty is how long")
    assert again["text"].startswith("What I know about that is in my last answer.")


def test_choices_right_after_choices_are_a_miss_and_the_second_miss_calls_a_person(ada: Ada) -> None:
    for _ in range(2):
        (offered,) = ada.asks("which one")
        assert [choice["payload"] for choice in offered["choices"]] == ["article:pairing.en", "human"]
    ada.asks("which one")
    assert ada.state() == "queue"


def test_a_request_for_a_person_is_never_talked_out_of(ada: Ada) -> None:
    ada.asks("lock is offline")
    ada.asks("No, I meant a human please, let me talk to a person")
    assert ada.state() == "queue"
