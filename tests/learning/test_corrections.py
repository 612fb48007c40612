"""An agent corrects a ticket; the designer accepts the message as an example, or does not. On both databases."""

from typing import Any

import pytest

from bot.alerts.models import Mention
from bot.learning import service
from tests.people import Ada, StaffMember
from tests.sites import Site

WORDS = "late is the parcel, ring me on +44 7700 900123"


@pytest.fixture
def number(ada: Ada, ben: StaffMember) -> int:
    """Ada complained and asked for a person: her ticket's number. What she said second began it."""
    ada.asks(WORDS)
    ada.asks("person please")
    found: int = ben.ticket_of(ada)["number"]
    return found


def listed(cleo: StaffMember, number: int, state: str = "open") -> list[dict[str, Any]]:
    """The corrections of a ticket, from every page of the designer's list."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": ""}
    while "next" in page:
        page = cleo.get("/learning/corrections", state=state, cursor=page["next"])
        found += [row for row in page["items"] if row["ticket"] == number]
    return found


def topics(site: Site, ada: Ada) -> list[str]:
    """What her messages are counted for."""
    with site.db.snapshot() as session:
        return sorted(row.topic for row in session.query(Mention).filter_by(conversation_id=ada.id))


def test_a_correction_changes_the_ticket_and_reaches_the_designer_without_private_numbers(
    number: int, ben: StaffMember, cleo: StaffMember
) -> None:
    body = {"request_type": "complaint", "topic": "refund_delay", "seq": 1}
    ticket = ben.post(f"/desk/tickets/{number}/correct", body)
    assert (ticket["request_type"], ticket["topic"]) == ("complaint", "refund_delay")
    (row,) = listed(cleo, number)
    assert row["said"] == "late is the parcel, ring me on [phone]"
    assert (row["understood"], row["proposed"]) == ("complain_delivery_late", "complain_refund_delay")
    assert (row["ticket"], row["corrected_by"], row["state"]) == (number, "Ben", "open")
    (event,) = [e for e in ben.get(f"/desk/tickets/{number}")["events"] if e["event"] == "corrected"]
    assert event["author"] == "Ben"
    assert event["detail"] == {"request_type": "complaint", "topic": "refund_delay", "intent": "complain_refund_delay"}


def test_a_topic_that_the_bot_did_not_hear_is_counted_and_one_grave_case_warns(
    number: int, ben: StaffMember, dan: StaffMember
) -> None:
    for _ in range(2):
        ben.post(f"/desk/tickets/{number}/correct", {"request_type": "complaint", "topic": "safety_hazard", "seq": 1})
    (alert,) = [one for one in dan.get("/alerts", phase="warning")["items"] if one["topic"] == "safety_hazard"]
    assert (alert["people"], alert["messages"]) == (1, 1)
    (mention,) = dan.get(f"/alerts/{alert['id']}")["mentions"]
    assert "[phone]" in mention["text"]


def test_what_was_counted_by_mistake_is_taken_back_and_the_open_alert_counts_anew(
    number: int, site: Site, ada: Ada, ben: StaffMember, dan: StaffMember
) -> None:
    hazard = {"request_type": "complaint", "topic": "safety_hazard", "seq": 1}
    ben.post(f"/desk/tickets/{number}/correct", hazard)
    alert = next(one for one in dan.get("/alerts", phase="warning")["items"] if one["topic"] == "safety_hazard")
    before = dan.get(f"/alerts/{alert['id']}")
    assert topics(site, ada) == ["safety_hazard"]
    ben.post(f"/desk/tickets/{number}/correct", {**hazard, "topic": "refund_delay"})
    assert topics(site, ada) == ["refund_delay"]
    after = dan.get(f"/alerts/{alert['id']}")
    assert (after["people"], after["messages"]) == (before["people"] - 1, before["messages"] - 1)
    assert after["phase"] == "warning"


def test_what_is_no_complaint_at_all_is_no_longer_counted_and_may_be_again(
    number: int, site: Site, ada: Ada, ben: StaffMember
) -> None:
    assert topics(site, ada) == ["delivery_late"]
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "track_order", "seq": 1})
    assert topics(site, ada) == []
    ben.post(f"/desk/tickets/{number}/correct", {"request_type": "complaint", "topic": "delivery_late", "seq": 1})
    assert topics(site, ada) == ["delivery_late"]


def test_what_a_supervisor_has_decided_on_stays_counted(
    number: int, site: Site, ada: Ada, ben: StaffMember, dan: StaffMember
) -> None:
    hazard = {"request_type": "complaint", "topic": "safety_hazard", "seq": 1}
    ben.post(f"/desk/tickets/{number}/correct", hazard)
    alert = next(one for one in dan.get("/alerts", phase="warning")["items"] if one["topic"] == "safety_hazard")
    decided = dan.post(f"/alerts/{alert['id']}/dismiss", {"reason": "a toaster of theirs", "kind": "wrong_topic"})
    ben.post(f"/desk/tickets/{number}/correct", {**hazard, "topic": "refund_delay"})
    assert topics(site, ada) == ["refund_delay", "safety_hazard"]
    assert dan.get(f"/alerts/{alert['id']}")["people"] == decided["people"]


def test_the_customer_is_told_nothing_and_owed_what_was_promised(number: int, ada: Ada, ben: StaffMember) -> None:
    before, thread = ben.get(f"/desk/tickets/{number}"), ada.messages()
    after = ben.post(f"/desk/tickets/{number}/correct", {"intent": "small_talk", "topic": "app_outage"})
    kept = ("priority", "team", "first_response_due", "resolution_due", "status", "holder")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert ada.messages() == thread
    assert all(step["event"] != "corrected" for step in ada.ticket()["timeline"])


def test_without_a_number_the_message_is_meant_that_the_ticket_began_with(
    number: int, ben: StaffMember, cleo: StaffMember
) -> None:
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "track_order"})
    (row,) = listed(cleo, number)
    assert (row["said"], row["understood"], row["proposed"]) == ("person please", "human_please", "track_order")


def test_the_same_message_stands_in_the_list_once_with_what_was_said_of_it_last(
    number: int, ben: StaffMember, cleo: StaffMember
) -> None:
    for intent in ("track_order", "track_order", "refund_status"):
        ben.post(f"/desk/tickets/{number}/correct", {"intent": intent})
    (row,) = listed(cleo, number)
    assert (row["proposed"], row["version"]) == ("refund_status", 2)
    assert [e["event"] for e in ben.get(f"/desk/tickets/{number}")["events"]].count("corrected") == 2


def test_what_says_nothing_new_changes_nothing(number: int, ben: StaffMember, cleo: StaffMember) -> None:
    before = ben.get(f"/desk/tickets/{number}")
    for body in ({}, {"request_type": before["request_type"], "topic": None}, {"intent": "human_please"}):
        assert ben.post(f"/desk/tickets/{number}/correct", body)["version"] == before["version"]
    assert listed(cleo, number) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topic": "the_moon"}, "topic"),
        ({"intent": "fly_me"}, "intent"),
        ({"request_type": "poem"}, "request_type"),
        ({"intent": "greet", "seq": 99}, "seq"),
        ({"intent": "greet", "seq": 2}, "seq"),
    ],
)
def test_what_there_is_not_is_refused_and_named(
    number: int, ben: StaffMember, cleo: StaffMember, body: dict[str, Any], field: str
) -> None:
    refused = ben.post(f"/desk/tickets/{number}/correct", body, status=422)
    assert list(refused["error"]["fields"]) == [field]
    assert listed(cleo, number) == []


def test_the_designer_accepts_in_words_of_their_own(number: int, ben: StaffMember, cleo: StaffMember) -> None:
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "refund_status", "seq": 1})
    (row,) = listed(cleo, number)
    given = {"version": row["version"], "intent": "track_order", "example": "where is \n the parcel"}
    accepted = cleo.post(f"/learning/corrections/{row['id']}/accept", given)
    assert (accepted["state"], accepted["intent"], accepted["example"]) == (
        "accepted",
        "track_order",
        "where is the parcel",
    )
    assert (accepted["decided_by"], accepted["exported_at"]) == ("Cleo", None)
    assert listed(cleo, number) == []
    assert listed(cleo, number, "accepted") == [accepted]
    counts = cleo.get("/learning/corrections")["counts"]
    assert (
        counts["accepted"] == counts["to_export"] == len(cleo.get("/learning/corrections", state="accepted")["items"])
    )


def test_who_read_an_old_version_decides_nothing(number: int, ben: StaffMember, cleo: StaffMember) -> None:
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "refund_status"})
    (row,) = listed(cleo, number)
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "track_order"})
    given = {"version": row["version"], "intent": "refund_status", "example": "where is my money"}
    assert cleo.post(f"/learning/corrections/{row['id']}/accept", given, status=409)["error"]["code"] == "conflict"
    cleo.post(f"/learning/corrections/{row['id']}/reject", {"version": row["version"]}, status=409)
    assert [one["proposed"] for one in listed(cleo, number)] == ["track_order"]


def test_a_decision_can_be_taken_back(number: int, ben: StaffMember, cleo: StaffMember) -> None:
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "refund_status"})
    (row,) = listed(cleo, number)
    rejected = cleo.post(f"/learning/corrections/{row['id']}/reject", {"version": row["version"]})
    given = {"version": rejected["version"], "intent": "refund_status", "example": "where is my money"}
    assert cleo.post(f"/learning/corrections/{row['id']}/accept", given)["state"] == "accepted"
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "track_order"})
    assert [one["proposed"] for one in listed(cleo, number)] == ["track_order"]


def test_a_long_list_is_read_page_by_page(site: Site, ben: StaffMember, cleo: StaffMember) -> None:
    ada = Ada(site.url)
    for place in range(51):
        ada.say(f"hello {place}")
    ada.asks("person please")
    number = ben.ticket_of(ada)["number"]
    for message in ada.messages():
        if message["author"] == "customer" and message["text"].startswith("hello"):
            ben.post(f"/desk/tickets/{number}/correct", {"intent": "track_order", "seq": message["seq"]})
    assert len(cleo.get("/learning/corrections")["items"]) == 50
    assert [row["said"] for row in listed(cleo, number)] == [f"hello {place}" for place in range(51)]


def test_the_last_training_is_shown_to_the_designer(site: Site, cleo: StaffMember) -> None:
    assert cleo.get("/learning/training") == {"training": None}
    figures = {"en": {"before": {"right": 8, "of": 10}, "after": {"right": 9, "of": 10}}}
    with site.db.transaction() as session:
        service.do_note_training(session, before="a1", after="b2", examples=3, figures=figures)
    training = cleo.get("/learning/training")["training"]
    assert (training["model_before"], training["model_after"], training["examples"]) == ("a1", "b2", 3)
    assert training["figures"] == figures


def test_agents_do_not_decide_and_others_do_not_correct(
    number: int, ben: StaffMember, cleo: StaffMember, eve: StaffMember
) -> None:
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "refund_status"})
    (row,) = listed(cleo, number)
    for nosy in (ben, eve):
        assert nosy.http.get("/learning/corrections").status_code == 403
        assert nosy.http.post(f"/learning/corrections/{row['id']}/reject", json={"version": 1}).status_code == 403
    for other in (cleo, eve):
        assert other.http.post(f"/desk/tickets/{number}/correct", json={"intent": "greet"}).status_code == 403
