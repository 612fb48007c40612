"""The search alone answers where Rasa is away: with the question before this one, and names with choices."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput
from bot.dialogue.fallback import KnowledgeEngine
from bot.dialogue.scripted import ScriptedEngine
from knowledge_index.client import KnowledgeClient
from tests.people import Ada
from tests.rasa.local_http import LocalServer, serving
from tests.sites import Site, running

HUB = {"article_id": "hub.en", "question": "How do I reset the hub?", "answer": "Hold the button.", "score": 0.6}
NEAR = {"article_id": "hub-light.en", "question": "Why is the light red?", "answer": "No internet.", "score": 0.4}
FAR = {"article_id": "pay.en", "question": "How can I pay?", "answer": "By card.", "score": 0.2}


def found(text: str) -> dict[str, Any]:
    """What the service says: the hub is answered, chairs are unknown."""
    unknown = "chair" in text
    hits = [{**hit, "language": "en"} for hit in (HUB, NEAR, FAR)]
    decision, confidence = ("none", 0.02) if unknown else ("answer", 0.9)
    return {"decision": decision, "confidence": confidence, "language": "en", "hits": hits, "parts": []}


@pytest.fixture(scope="module")
def knowledge() -> Iterator[LocalServer]:
    with serving(lambda _path, body: found(body["text"])) as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, knowledge: LocalServer) -> Iterator[Site]:
    def away(_: TurnInput) -> EngineReply:
        raise EngineFailed("Rasa is away")

    folder = tmp_path_factory.mktemp("fallback")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(away)) as site:
        site.app.state.parts.answering.fallback = KnowledgeEngine(KnowledgeClient(knowledge.url))
        yield site


def last_search(knowledge: LocalServer) -> dict[str, Any]:
    body: dict[str, Any] = knowledge.asked[-1][1]
    return body


def test_a_question_that_goes_on_is_searched_with_the_one_before(ada: Ada, knowledge: LocalServer) -> None:
    ada.asks("How do I reset my old hub at home?")
    ada.asks("and what about the camera upstairs?")
    asked = last_search(knowledge)
    assert (asked["before"], asked["said"]) == ("How do I reset the hub?", "hub.en")


def test_where_nothing_answered_the_customers_own_words_came_before(ada: Ada, knowledge: LocalServer) -> None:
    ada.asks("Do you sell a chair that rocks?")
    ada.asks("and what about one that does not rock?")
    asked = last_search(knowledge)
    assert (asked["before"], asked["said"]) == ("Do you sell a chair that rocks?", None)


def test_a_first_question_goes_on_from_nothing(ada: Ada, knowledge: LocalServer) -> None:
    ada.asks("How do I reset my old hub at home?")
    assert last_search(knowledge)["before"] == ""


def test_a_name_is_offered_what_is_near_and_not_what_merely_came_third(ada: Ada) -> None:
    (offered,) = ada.asks("the hub")
    assert [choice["payload"] for choice in offered["choices"]] == ["article:hub.en", "article:hub-light.en", "human"]


def test_a_name_that_is_near_to_nothing_is_asked_about(ada: Ada) -> None:
    (asked,) = ada.asks("chair")
    assert asked["text"].startswith("What would you like to know or do about it?")
