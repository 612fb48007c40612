"""A question beside a complaint is answered, and the complaint counted."""

from collections.abc import Iterator

import pytest

from bot import wire
from bot.alerts.models import Mention
from bot.dialogue.beside import question_in, told_in
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada
from tests.scripts import by_first_word
from tests.sites import Site, running

NEAR = [{"title": "How do I change the address?", "payload": "article:address.en"}]
ABOUT = {"article_id": "refund-when.en", "question": "When is my refund paid?", "language": "en"}


def by_the_question(turn: TurnInput) -> EngineReply:
    """As `by_first_word`, but what has a question in it is taken for that alone."""
    if "refund" in turn.text:
        return looked_up(turn)
    if "?" in turn.text:
        return EngineReply((), (Signal(wire.CHOICES, "other_question", 0.9, {"choices": NEAR}),), "scripted")
    return by_first_word(turn)


def looked_up(turn: TurnInput) -> EngineReply:
    """A search that knows of refunds alone, and fails on bricks."""
    if "brick" in turn.text:
        raise EngineFailed("on purpose")
    if "refund" in turn.text:
        return EngineReply((f"({turn.text}) In five days.",), (Signal(wire.ANSWERED, extra=ABOUT),), "knowledge")
    return EngineReply((), (Signal(wire.UNANSWERED),), "knowledge")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("beside")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(by_first_word)) as site:
        site.app.state.parts.answering.fallback = ScriptedEngine(looked_up)
        yield site


@pytest.fixture(scope="module")
def taken_for_questions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("taken")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(by_the_question)) as site:
        yield site


def counted(site: Site, ada: Ada) -> list[str]:
    with site.db.snapshot() as session:
        return [row.topic for row in session.query(Mention).filter_by(conversation_id=ada.id)]


def test_the_question_beside_a_complaint_is_answered_with_its_article(site: Site, ada: Ada) -> None:
    recorded, answered, offered = ada.asks("Late again, my parcel! When do I get the refund?")
    assert recorded["text"] == "I will look for your parcel."
    assert (answered["text"], answered["article_id"]) == ("(When do I get the refund?) In five days.", "refund-when.en")
    assert [choice["payload"] for choice in offered["choices"]] == [wire.HUMAN_CHOICE]
    assert counted(site, ada) == ["delivery_late"]


@pytest.mark.parametrize("beside", ["How do I grow a beard?", "Where is my brick?", "right?", "It is a pity."])
def test_without_an_answer_the_complaint_is_all_that_is_spoken_of(site: Site, ada: Ada, beside: str) -> None:
    recorded, offered = ada.asks(f"Late again, my parcel. {beside}")
    assert recorded["text"] == "I will look for your parcel."
    assert [choice["payload"] for choice in offered["choices"]] == [wire.HUMAN_CHOICE]
    assert counted(site, ada) == ["delivery_late"]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Your courier was rude. How do I get my money back?", "How do I get my money back?"),
        ("快递员太没礼貌了！退款什么时候到？", "退款什么时候到？"),
        ("How long does it take? It is late. And who pays for that?", "How long does it take? And who pays for that?"),
        ("Why is it always late?", None),
        ("It is late again, right?", None),
        ("又晚到了，好吗？", None),
        ("太慢了！好吗？", None),
        ("It is late. ? ! ?", None),
        ("It is late. " * 60 + "When does it come?", None),
    ],
)
def test_a_question_stands_beside_something_else(text: str, question: str | None) -> None:
    assert question_in(text) == question


def test_a_complaint_that_was_taken_for_the_question_beside_it_is_counted_all_the_same(
    taken_for_questions: Site,
) -> None:
    ada = Ada(taken_for_questions.url)
    recorded, answered, offered = ada.asks("Late again, this is an outrage! When do I get the refund?")
    assert recorded["text"] == "I will look for your parcel."
    assert answered["article_id"] == "refund-when.en"
    assert [choice["payload"] for choice in offered["choices"]] == [wire.HUMAN_CHOICE]
    assert counted(taken_for_questions, ada) == ["delivery_late"]


def test_what_may_be_meant_by_the_question_is_offered_after_the_complaint(taken_for_questions: Site) -> None:
    ada = Ada(taken_for_questions.url)
    recorded, offered = ada.asks("Late again, this is an outrage! Can I move house?")
    assert recorded["text"] == "I will look for your parcel."
    assert [choice["payload"] for choice in offered["choices"]] == ["article:address.en", wire.HUMAN_CHOICE]
    assert counted(taken_for_questions, ada) == ["delivery_late"]


def test_a_calm_story_beside_a_question_is_not_listened_to_by_itself(taken_for_questions: Site) -> None:
    ada = Ada(taken_for_questions.url)
    (answered,) = ada.asks("Late in May I bought a lamp. When do I get the refund?")
    assert answered["article_id"] == "refund-when.en"
    assert counted(taken_for_questions, ada) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Your courier was rude. How do I get my money back?", "Your courier was rude."),
        ("快递员太没礼貌了！退款什么时候到？", "快递员太没礼貌了！"),
        ("Your courier was rude.", None),
        ("How do I get my money back?", None),
    ],
)
def test_what_is_told_stands_beside_what_is_asked(text: str, told: str | None) -> None:
    assert told_in(text) == told
