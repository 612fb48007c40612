"""Agents follow procedures on a ticket, and what solved it becomes a draft that names nobody."""

from typing import Any

import pytest

from bot.chat.models import Customer
from bot.desk.solutions import without_people
from tests.desk.test_desk_api import hand_over
from tests.people import Ada, StaffMember
from tests.sites import Site

STEPS: list[dict[str, Any]] = [
    {"text": "Ask for a photo of the label", "team": "service", "minutes": 30, "sentence": "Could you send a photo?"},
    {"text": "Book the courier", "minutes": 60},
    {"text": "Tell the customer"},
]
PROCEDURE: dict[str, Any] = {
    "language": "en", "question": "Broken on arrival", "answer": "Replace it.", "kind": "procedure", "steps": STEPS
}  # fmt: skip


@pytest.fixture
def procedure(cleo: StaffMember) -> str:
    written: str = cleo.post("/knowledge/articles", PROCEDURE, status=201)["id"]
    cleo.post(f"/knowledge/articles/{written}/publish")
    return written


@pytest.fixture
def ticket(site: Site, ada: Ada) -> int:
    ada.say("My new camera came broken, I am Ada, write to ada@example.com")
    return hand_over(site, ada.id)


def follow(ben: StaffMember, ticket: int, article_id: str) -> Any:
    return ben.post(f"/desk/tickets/{ticket}/procedures", {"article_id": article_id})


def tick(ben: StaffMember, ticket: int, article_id: str, step: int, *, done: bool = True) -> list[dict[str, Any]]:
    path = f"/desk/tickets/{ticket}/procedures/{article_id}/steps/{step}"
    found: list[dict[str, Any]] = ben.post(path, {"done": done})["items"][0]["steps"]
    return found


def test_a_procedure_is_followed_step_by_step(ticket: int, procedure: str, ben: StaffMember) -> None:
    (taken,) = follow(ben, ticket, procedure)["items"]
    assert [step["text"] for step in taken["steps"]] == [step["text"] for step in STEPS]
    assert [step["due_at"] is not None for step in taken["steps"]] == [True, False, False]
    steps = tick(ben, ticket, procedure, 1)
    assert (steps[0]["done_by"]["name"], steps[0]["due_at"]) == ("Ben", None)
    assert steps[1]["due_at"] > steps[0]["done_at"]
    assert tick(ben, ticket, procedure, 1)[0]["done_at"] == steps[0]["done_at"]
    assert "done_at" not in tick(ben, ticket, procedure, 1, done=False)[0]
    assert ben.get(f"/desk/tickets/{ticket}/procedures")["suggested"] == []
    events = [event["event"] for event in ben.get(f"/desk/tickets/{ticket}")["events"]]
    assert events[-3:] == ["procedure", "step", "step_undone"]


def test_what_is_followed_stays_as_it_was_when_the_article_changes(
    ticket: int, procedure: str, ben: StaffMember, cleo: StaffMember
) -> None:
    follow(ben, ticket, procedure)
    tick(ben, ticket, procedure, 2)
    changed = cleo.http.put(f"/knowledge/articles/{procedure}", json={**PROCEDURE, "steps": STEPS[:1], "version": 2})
    assert changed.status_code == 200
    (kept,) = follow(ben, ticket, procedure)["items"]
    assert [bool(step.get("done_at")) for step in kept["steps"]] == [False, True, False]


def test_only_published_procedures_and_their_steps_can_be_followed(
    ticket: int, procedure: str, ben: StaffMember, cleo: StaffMember, eve: StaffMember
) -> None:
    draft = cleo.post("/knowledge/articles", PROCEDURE, status=201)["id"]
    answer = cleo.post("/knowledge/articles", {**PROCEDURE, "kind": "answer", "steps": []}, status=201)["id"]
    cleo.post(f"/knowledge/articles/{answer}/publish")
    path = f"/desk/tickets/{ticket}/procedures"
    statuses = {one: ben.http.post(path, json={"article_id": one}).status_code for one in (draft, answer, "nothing")}
    assert statuses == {draft: 422, answer: 422, "nothing": 404}
    follow(ben, ticket, procedure)
    for step in (0, 4):
        assert ben.http.post(f"{path}/{procedure}/steps/{step}", json={"done": True}).status_code in (404, 422)
    assert ben.http.post(f"{path}/{answer}/steps/1", json={"done": True}).status_code == 404
    assert eve.http.post(path, json={"article_id": procedure}).status_code == 403


def solve(ben: StaffMember, ticket: int, said: str, *, summary: str = "Sent a new one.") -> None:
    ben.post(f"/desk/tickets/{ticket}/claim")
    seen = ben.get(f"/desk/tickets/{ticket}")["last_customer_seq"]
    ben.post(f"/desk/tickets/{ticket}/reply", {"text": said, "based_on_seq": seen, "client_message_id": "r1"})
    ben.post(f"/desk/tickets/{ticket}/resolve", {"summary": summary})


def test_a_solved_ticket_becomes_a_draft_that_names_nobody(ticket: int, ben: StaffMember, cleo: StaffMember) -> None:
    early = ben.http.post(f"/desk/tickets/{ticket}/article")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "conflict")
    solve(ben, ticket, "Hello Ada, a new camera leaves today. Keep the box, please.")
    draft = ben.post(f"/desk/tickets/{ticket}/article", status=201)
    assert (draft["status"], draft["from_ticket"], draft["language"]) == ("draft", ticket, "en")
    assert draft["question"] == "My new camera came broken, I am Ada, write to [email]"
    assert draft["answer"] == "a new camera leaves today. Keep the box, please."
    assert ben.post(f"/desk/tickets/{ticket}/article", status=201)["id"] == draft["id"]
    assert cleo.get(f"/knowledge/articles/{draft['id']}")["from_ticket"] == ticket
    assert ben.http.post(f"/knowledge/articles/{draft['id']}/publish").status_code == 403


def test_private_numbers_are_taken_out_of_a_chinese_draft(site: Site, ben: StaffMember) -> None:
    ada = Ada(site.url, language="zh")
    ada.say("我的摄像头坏了，电话13812345678")
    number = hand_over(site, ada.id)
    solve(ben, number, "您好，已经给您寄出新的摄像头。", summary="寄新")
    draft = ben.post(f"/desk/tickets/{number}/article", status=201)
    assert draft["language"] == "zh"
    assert draft["question"] == "我的摄像头坏了，电话[phone]"
    assert draft["answer"] == "已经给您寄出新的摄像头。"


def test_the_customers_own_name_is_taken_out() -> None:
    person = Customer(name="Ada Lovelace")
    assert without_people("I am Ada, Ada Lovelace; adamant.", person) == "I am [name], [name]; adamant."
    assert without_people("我是王小明，请叫我小明", Customer(name="王小明")) == "我是[name]，请叫我小明"
