"""What a customer hears, decided by facts, the engine's signals and where the conversation stands."""

import re
from collections.abc import Iterator

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.conftest import migrated, peopled
from tests.people import Ada, StaffMember, until
from tests.scripts import by_first_word
from tests.sites import Site


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("turns")
    with peopled(migrated(request, folder), folder, ScriptedEngine(by_first_word)) as site:
        yield site


def test_an_answer_names_its_article(ada: Ada) -> None:
    answer = ada.asks("lock is offline")[0]
    assert (answer["author"], answer["text"]) == ("bot", "Check the batteries first.")
    assert answer["article_id"] == "smart-lock-offline.en"
    assert answer["article_question"] == "My smart lock is offline"
    assert answer["in_reply_to"] == ada.messages()[0]["message_id"]


def test_a_first_miss_offers_a_person_and_a_second_one_calls_one(ada: Ada, ben: StaffMember) -> None:
    offer = ada.asks("gibberish about nothing")[0]
    assert offer["choices"] == [{"title": "Talk to a person", "payload": "human"}]
    promise = ada.asks("more of the same")[0]
    ticket = ben.ticket_of(ada)
    assert str(ticket["number"]) in promise["text"]
    assert "Service" in promise["text"]
    assert re.search(r"\d\d:\d\d UTC \(within \d+ ", promise["text"])
    assert ticket["reason"] == "unresolved"
    assert ticket["summary"]
    assert ticket["priority_reasons"]
    assert ada.state() == "queue"


def test_what_was_not_answered_is_kept_for_the_editor(ada: Ada, cleo: StaffMember) -> None:
    ada.asks("zebras about nothing")
    gaps = cleo.get("/knowledge/gaps")["items"]
    assert [gap["text"] for gap in gaps].count("zebras about nothing") == 1


def test_a_tap_on_the_offer_hands_over(ada: Ada) -> None:
    ada.asks("gibberish")
    ada.asks("Talk to a person", choice="human")
    assert ada.state() == "queue"


def test_yes_to_the_offer_hands_over(ada: Ada) -> None:
    ada.asks("gibberish")
    ada.asks("yes please")
    assert ada.state() == "queue"


def test_yes_without_an_offer_is_talk(ada: Ada) -> None:
    assert ada.asks("yes please")[0]["text"] == "Good."
    assert ada.state() == "bot"


def test_asking_for_a_person_is_never_talked_out_of(ada: Ada) -> None:
    ada.asks("person")
    assert ada.state() == "queue"


def test_the_same_answer_is_not_given_twice_in_a_row(ada: Ada) -> None:
    ada.asks("lock is offline")
    again = ada.asks("lock still does not work")
    assert "Check the batteries" not in again[0]["text"]
    assert again[0]["choices"]


def test_anger_goes_to_a_person_before_an_unanswered_question(site: Site, ben: StaffMember) -> None:
    calm, angry = Ada(site.url), Ada(site.url)
    calm.asks("gibberish")
    calm.asks("more of it")
    angry.asks("this is the third time, nobody helps, I am furious")
    order = [ticket["conversation_id"] for ticket in ben.tickets()]
    assert order.index(angry.id) < order.index(calm.id)
    ranks = ["urgent", "high", "normal", "low"]
    assert ranks.index(ben.ticket_of(angry)["priority"]) < ranks.index(ben.ticket_of(calm)["priority"])


def test_danger_is_answered_with_care_at_once_and_goes_first(ada: Ada, ben: StaffMember) -> None:
    first, promise = ada.asks("门锁冒烟了")
    assert "远离" in first["text"]
    ticket = ben.ticket_of(ada)
    assert ticket["priority"] == "urgent"
    assert str(ticket["number"]) in promise["text"]


def test_where_is_my_request_is_told_from_the_ticket(ada: Ada, ben: StaffMember) -> None:
    ada.asks("person")
    number = str(ben.ticket_of(ada)["number"])
    assert number in ada.asks("where is my request")[0]["text"]
    assert str(ada.ticket()["number"]) == number
    assert ada.ticket()["timeline"]


def test_in_the_queue_certainty_is_given_once_and_not_at_every_line(ada: Ada) -> None:
    ada.asks("person")
    for word in ("are", "you", "there"):
        ada.say(word)
    until(lambda: ada.thread()["messages"][-1]["seq"] >= 5)
    ada.asks("where is it")
    assert len([m for m in ada.ours() if m["author"] == "bot"]) == 0


def test_danger_in_the_queue_raises_the_ticket(ada: Ada, ben: StaffMember) -> None:
    ada.asks("person")
    before = ben.ticket_of(ada)["priority"]
    ada.asks("now there is smoke coming out of the lock")
    assert before != "urgent"
    assert ben.ticket_of(ada)["priority"] == "urgent"


def test_a_calm_complaint_is_answered_and_the_next_one_goes_to_a_person(ada: Ada, ben: StaffMember) -> None:
    answer, offer = ada.asks("late parcel")
    assert answer["text"] == "I will look for your parcel."
    assert offer["choices"]
    ada.asks("late it still is")
    ticket = ben.ticket_of(ada)
    assert (ticket["request_type"], ticket["topic"]) == ("complaint", "delivery_late")


def test_a_message_after_a_solved_ticket_opens_a_new_episode(ada: Ada, ben: StaffMember) -> None:
    ada.asks("person")
    number = ben.ticket_of(ada)["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": "Solved by phone."})
    assert ada.state() == "closed"
    assert ada.asks("hello again")[-1]["text"] == "Hello, I am a bot."
    assert ada.state() == "bot"


@pytest.mark.parametrize(
    ("language", "words", "care"),
    [
        ("en", "I don't want to live anymore", "Thank you for telling us."),
        ("zh", "我不想活了", "谢谢您告诉我们。"),
        ("en", "there is smoke coming out of the plug", "Please keep away from the device"),
        ("zh", "插座冒烟了", "请先远离设备"),
    ],
)
def test_danger_is_answered_with_care_and_a_person_is_called_at_once(
    site: Site, ben: StaffMember, language: str, words: str, care: str
) -> None:
    ada = Ada(site.url, language=language)
    told, promise = ada.asks(words)[:2]
    ticket = ben.ticket_of(ada)
    assert told["text"].startswith(care)
    assert str(ticket["number"]) in promise["text"]
    assert ticket["priority"] == "urgent"
    assert any(words_of in words for reason in ticket["priority_reasons"] for words_of in reason["words"])
    assert ada.state() == "queue"


def test_danger_under_an_agent_raises_the_ticket_and_leaves_the_word_to_the_agent(ada: Ada, ben: StaffMember) -> None:
    ada.asks("person please")
    ticket = ben.ticket_of(ada)
    ben.post(f"/desk/tickets/{ticket['number']}/claim")
    receipt = ada.say("I don't want to live anymore")
    raised = until(lambda: (now := ben.get(f"/desk/tickets/{ticket['number']}"))["priority"] == "urgent" and now)
    assert "self_harm" in raised["signals"]
    assert raised["holder"]["name"] == "Ben"
    assert ada.ours(after=receipt["seq"]) == []
