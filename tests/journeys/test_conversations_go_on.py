"""What becomes of a conversation: two messages at once, another team, nobody there, another language, a new day."""

import pytest

from bot import wire
from tests.people import Ada, StaffMember, until

pytestmark = pytest.mark.stack


def test_what_is_written_while_the_bot_thinks_is_answered_in_its_turn(ada: Ada) -> None:
    said = [ada.say(text) for text in ("my smart lock is offline", "怎么开发票？", "How long does a refund take?")]
    wanted = {receipt["message_id"] for receipt in said}

    def answers() -> list[str] | None:
        found = [m["in_reply_to"] for m in ada.ours() if m["author"] == "bot"]
        return found if wanted <= set(found) else None

    answered = until(answers, what="not every message was answered")
    assert [*dict.fromkeys(answered)] == [receipt["message_id"] for receipt in said]


def test_the_bot_answers_in_the_language_of_each_message(ada: Ada) -> None:
    for text in ("what are your opening hours", "你们几点上班", "how do I return an item", "转人工"):
        spoken = {wire.script_language(m["text"]) for m in ada.asks(text)}
        assert spoken == {wire.script_language(text)}
    assert "UTC" in ada.asks("where is my request")[-1]["text"]


def test_an_agent_gives_a_ticket_to_another_team_and_the_customer_hears_of_it(ada: Ada, ben: StaffMember) -> None:
    ada.asks("转人工")
    number = ada.ticket()["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    before = ada.messages()[-1]["seq"]
    moved = ben.post(f"/desk/tickets/{number}/transfer", {"team": "repairs", "reason": "The hinge is broken."})
    assert (moved["team"], moved["holder"], moved["status"]) == ("repairs", None, "new")
    told = ada.hears(lambda m: "维修组" in m["text"], after=before)
    assert str(number) in told["text"]
    assert ada.state() == "queue"
    assert ada.ticket()["number"] == number
    assert number in [ticket["number"] for ticket in ben.tickets(team="repairs", limit=200)]
    assert all("hinge" not in message["text"] for message in ada.messages())


def test_while_no_agent_is_there_every_message_joins_the_ticket(ada: Ada, ben: StaffMember) -> None:
    ada.asks("I want to talk to a person")
    number = ada.ticket()["number"]
    added = ada.say("my smart lock is offline")
    assert str(number) in ada.asks("where is my request")[-1]["text"]
    assert "bot" not in {m["author"] for m in ada.ours(after=added["seq"])}
    assert ada.state() == "queue"
    story = ben.get(f"/desk/tickets/{number}")["messages"]
    assert "my smart lock is offline" in [m["text"] for m in story]


def test_who_comes_back_after_a_solution_meets_the_bot_and_keeps_the_story(ada: Ada, ben: StaffMember) -> None:
    ada.asks("I want to talk to a person")
    number = ada.ticket()["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": "The hub was unplugged.", "cause": "technology"})
    assert ada.state() == "closed"
    again = ada.say("How long does a refund take?")
    ada.hears(lambda m: m.get("article_id") == "refund-when.en", after=again["seq"])
    assert ada.state() == "bot"
    assert ada.messages()[0]["text"] == "I want to talk to a person"
    ada.asks("I want to talk to a person")
    assert ada.ticket()["number"] > number
