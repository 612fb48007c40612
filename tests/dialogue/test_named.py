"""A message that only names a thing complains of nothing: what stands near it is offered. By scripts."""

from collections.abc import Iterator

import pytest

from bot import wire
from bot.alerts.models import Mention
from bot.dialogue import decide
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada
from tests.scripts import by_first_word
from tests.sites import Site, running

SURE = 0.97
NEAR = [{"title": "How do I pair it?", "payload": "article:pairing.en"}]


def reckless(turn: TurnInput) -> EngineReply:
    """As `by_first_word`, but sure of names: the classifier that has seen them in whole sentences only."""
    match turn.text.lower().split()[-1]:
        case "account" | "detector":
            topic = "account_blocked" if "account" in turn.text else "safety_hazard"
            return _reply(Signal(wire.COMPLAINT, f"complain_{topic}", SURE, {"topic": topic}), "On record.")
        case "battery":
            extra = {"article_id": "battery-types.en", "question": "Which batteries?"}
            return _reply(Signal(wire.ANSWERED, "battery_change", SURE, extra), "Four AA cells.")
        case "camera":
            return _reply(Signal(wire.SAID, "give_details", SURE), "Noted.")
        case "chair":
            return _reply(Signal(wire.HANDOFF, "human_please", 0.5))
        case "colleague":
            return _reply(Signal(wire.HANDOFF, "human_please", SURE))
        case "hub":
            return _reply(Signal(wire.SAID, "small_talk", 0.45), "Nice.")
    return by_first_word(turn)


def nearby(turn: TurnInput) -> EngineReply:
    """A search that finds something near all but chairs, and fails on bricks."""
    if "brick" in turn.text:
        raise EngineFailed("on purpose")
    unknown = Signal(wire.UNANSWERED, extra={"reason": decide.ONLY_NAMED})
    near = Signal(wire.CHOICES, extra={"choices": NEAR})
    return EngineReply((), (unknown if "chair" in turn.text else near,), "knowledge")


def _reply(signal: Signal, *texts: str) -> EngineReply:
    return EngineReply(texts, (signal,), "scripted")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("named")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(reckless)) as site:
        site.app.state.parts.answering.fallback = ScriptedEngine(nearby)
        yield site


def counted(site: Site, ada: Ada) -> list[str]:
    with site.db.snapshot() as session:
        return [row.topic for row in session.query(Mention).filter_by(conversation_id=ada.id)]


@pytest.mark.parametrize("name", ["account", "the battery", "camera?", "hub", "smoke detector"])
def test_what_stands_near_a_name_is_offered_and_nothing_is_counted(site: Site, ada: Ada, name: str) -> None:
    (offered,) = ada.asks(name)
    assert [choice["payload"] for choice in offered["choices"]] == ["article:pairing.en", "human"]
    assert (counted(site, ada), ada.state()) == ([], "bot")


def test_a_whole_sentence_of_the_same_thing_still_complains(site: Site, ada: Ada) -> None:
    ada.asks("You have blocked my account")
    assert counted(site, ada) == ["account_blocked"]


def test_a_name_after_a_complaint_is_one_of_its_details(ada: Ada) -> None:
    ada.asks("late again, my parcel")
    assert [m["text"] for m in ada.asks("the camera")] == ["Noted."]


def test_a_name_that_nothing_is_near_is_asked_about(ada: Ada) -> None:
    (asked,) = ada.asks("chair")
    assert asked["text"].startswith("What would you like to know or do about it?")
    assert ada.state() == "bot"


def test_where_the_search_fails_a_name_is_no_complaint_either(site: Site, ada: Ada) -> None:
    ada.asks("brick account")
    assert counted(site, ada) == []


def test_who_asks_for_a_person_by_one_word_gets_one(ada: Ada) -> None:
    ada.asks("agent")
    assert ada.state() == "queue"


def test_who_is_heard_to_ask_for_a_person_for_sure_gets_one_by_whatever_name(ada: Ada) -> None:
    ada.asks("some other colleague")
    assert ada.state() == "queue"
