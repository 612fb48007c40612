"""What became of an article: how often it was the answer, whether it helped, and who needed a person after it."""

from typing import Any

import pytest

from bot import wire
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember
from tests.sites import Site

ARTICLE = {"language": "en", "question": "How do I pair the lock?", "answer": "Hold the button."}


@pytest.fixture
def article(cleo: StaffMember, engine: ScriptedEngine) -> str:
    """A published article, which the bot answers everything with but a call for a person."""
    written: str = cleo.post("/knowledge/articles", ARTICLE, status=201)["id"]
    cleo.post(f"/knowledge/articles/{written}/publish")
    extra = {"article_id": written, "question": ARTICLE["question"], "score": 0.9}

    def answers(turn: TurnInput) -> EngineReply:
        if turn.text.startswith("person"):
            return EngineReply((), (Signal(wire.HANDOFF, "human", 0.9, {"reason": "asked"}),), "scripted")
        return EngineReply((turn.text,), (Signal(wire.ANSWERED, "pairing", 0.9, extra),), "scripted")

    engine.script = answers
    return written


def rate(ada: Ada, *, helpful: bool, reason: str | None = None) -> None:
    (answer,) = [message for message in ada.messages() if message.get("article_id")]
    body = {"helpful": helpful, **({"reason": reason} if reason else {})}
    told = ada.http.post(f"/conversations/{ada.id}/messages/{answer['seq']}/feedback", json=body)
    assert told.status_code in (200, 204), told.text


def use_of(staff: StaffMember, article: str) -> dict[str, Any]:
    found: dict[str, Any] = staff.get(f"/knowledge/articles/{article}/use")
    return found


def test_an_article_tells_how_often_it_was_the_answer_and_whether_it_helped(
    site: Site, article: str, ben: StaffMember
) -> None:
    nothing = use_of(ben, article)
    assert (nothing["shown"], nothing["last_used_at"], nothing["hurt"]) == (0, None, 0)
    happy, cross = Ada(site.url), Ada(site.url)
    for one in (happy, cross):
        one.asks("pair it")
    rate(happy, helpful=True)
    rate(cross, helpful=False, reason="My lock has no button. Call 4111 1111 1111 1111")
    told = use_of(ben, article)
    assert [told[name] for name in ("shown", "people", "helped", "not_helped")] == [2, 2, 1, 1]
    assert told["last_used_at"] is not None
    assert [one["reason"] for one in told["reasons"]] == ["My lock has no button. Call [card]"]
    assert told["reasons"][0]["conversation_id"] == cross.id


def test_a_person_who_was_needed_right_after_an_answer_counts_against_it(
    site: Site, article: str, ben: StaffMember
) -> None:
    for _ in range(2):
        ada = Ada(site.url)
        ada.asks("pair it")
        ada.asks("person please")
    Ada(site.url).asks("person please")
    assert use_of(ben, article)["handoffs"] == 2


def test_articles_are_listed_by_how_they_serve(site: Site, article: str, cleo: StaffMember) -> None:
    for _ in range(3):
        ada = Ada(site.url)
        ada.asks("pair it")
        rate(ada, helpful=False)
    assert [one["article_id"] for one in cleo.get("/knowledge/use", order="hurts")["items"]] == [article]
    (shown,) = cleo.get("/knowledge/use", order="shown", language="en")["items"]
    assert (shown["question"], shown["shown"], shown["not_helped"]) == (ARTICLE["question"], 3, 3)
    assert 0.4 < shown["hurt"] < 1
    assert cleo.get("/knowledge/use", order="shown", language="zh")["items"] == []
    assert cleo.get("/knowledge/use", order="unused")["items"] == []


@pytest.mark.parametrize(("name", "value"), [("order", "best"), ("days", 0), ("days", 367), ("limit", 0)])
def test_an_order_that_does_not_exist_is_refused(cleo: StaffMember, name: str, value: object) -> None:
    answer = cleo.http.get("/knowledge/use", params={name: str(value)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


def test_the_use_of_what_does_not_exist_is_not_found(cleo: StaffMember) -> None:
    assert cleo.http.get("/knowledge/articles/nothing/use").status_code == 404
