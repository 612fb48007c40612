"""What a customer denies is neither counted nor done, through the door: the engine is one that misses every "not"."""

from collections.abc import Iterator

import pytest

from bot import wire
from bot.alerts.models import Mention
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from bot.knowledge.gaps.models import Gap
from tests.people import Ada
from tests.sites import Site, running

TOPICS = {"late": "delivery_late", "twice": "billing_wrong", "重复扣": "billing_wrong", "投诉": "staff_attitude"}


def hears_no_not(turn: TurnInput) -> EngineReply:
    """Takes words for what they say without a "not"; what it knows nothing of it says back."""
    if "human" in turn.text or "人工" in turn.text:
        return EngineReply((), (Signal(wire.HANDOFF, "human_please", 0.99),), "scripted")
    for word, topic in TOPICS.items():
        if word in turn.text or "times" in turn.text:
            return EngineReply(("On record.",), (Signal(wire.COMPLAINT, topic, 0.99, {"topic": topic}),), "scripted")
    return EngineReply((turn.text,), (Signal(wire.ANSWERED, "other_question", 0.9),), "scripted")


def found_by_search(turn: TurnInput) -> EngineReply:
    return EngineReply((f"found: {turn.text}",), (Signal(wire.ANSWERED),), "knowledge")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("denial")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(hears_no_not)) as site:
        site.app.state.parts.answering.fallback = ScriptedEngine(found_by_search)
        yield site


def counted(site: Site, ada: Ada) -> list[str]:
    with site.db.snapshot() as session:
        return [row.topic for row in session.query(Mention).filter_by(conversation_id=ada.id)]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("The parcel is not late, can I pick it up myself?", "The parcel, can I pick it up myself?"),
        ("I was not charged twice, where is the invoice?", "where is the invoice?"),
        ("I don't want to talk to a human, when do you open?", "when do you open?"),
        ("没有重复扣费，发票怎么开？", "发票怎么开？"),
        ("不用转人工，几点关门？", "几点关门？"),
    ],
)
def test_the_rest_is_answered(site: Site, ada: Ada, said: str, asked: str) -> None:
    assert [told["text"] for told in ada.asks(said)] == [asked]
    assert (counted(site, ada), ada.state()) == ([], "bot")


def test_what_is_no_complaint_by_the_customers_word_is_looked_up(site: Site, ada: Ada) -> None:
    (told,) = ada.asks("This is not a complaint, only a question about delivery times")
    assert told["text"] == "found: only a question about delivery times"
    assert counted(site, ada) == []


def test_a_complaint_beside_a_denial_counts(site: Site, ada: Ada) -> None:
    ada.asks("I do not want a refund, I want to know why you were late")
    assert counted(site, ada) == ["delivery_late"]


@pytest.mark.parametrize("said", ["please don't cancel it", "The courier wasn't late at all", "那我不退了"])
def test_who_only_denies_is_asked_what_else(site: Site, ada: Ada, said: str) -> None:
    (told,) = ada.asks(said)
    assert [choice["payload"] for choice in told["choices"]] == [wire.HUMAN_CHOICE]
    (again,) = ada.asks(said)
    assert again["text"] != told["text"]
    with site.db.snapshot() as session:
        assert session.query(Gap).filter_by(conversation_id=ada.id).count() == 0
    assert (counted(site, ada), ada.state()) == ([], "bot")
