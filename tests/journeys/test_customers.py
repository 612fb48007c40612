"""The five things a visitor does, in both languages, and what an agent and a supervisor see of them."""

import itertools
from typing import Any

import httpx
import pytest

from tests.people import PATIENCE_SECONDS, Ada, StaffMember, frame, until

pytestmark = pytest.mark.stack
RANKS = ["urgent", "high", "normal", "low"]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("my smart lock is offline", "smart-lock-offline.en"),
        ("智能门锁打不开了", "smart-lock-will-not-open.zh"),
        ("How long does a refund take?", "refund-when.en"),
        ("怎么开发票？", "invoice.zh"),
    ],
)
def test_a_question_is_answered_with_its_article(ada: Ada, question: str, article: str) -> None:
    receipt = ada.say(question)
    answer = ada.hears(lambda m: m["author"] == "bot", after=receipt["seq"])
    assert receipt["notice"]
    assert answer["article_id"] == article
    assert answer["article_question"]
    assert answer["in_reply_to"] == receipt["message_id"]


@pytest.mark.parametrize(
    ("first", "second", "offer", "language"),
    [
        ("do you sell bicycles", "and what about horse saddles for children", "Talk to a person", "en"),
        ("你们卖自行车吗", "那卖不卖钢琴", "转人工客服", "zh"),
        ("Do you rent out bicycles?", "Can I pay with seashells?", "Talk to a person", "en"),
        ("你们出租自行车吗？", "公司的创始人是谁？", "转人工客服", "zh"),
    ],
)
def test_two_questions_without_an_answer_end_with_a_person(
    ada: Ada, ben: StaffMember, first: str, second: str, offer: str, language: str
) -> None:
    offered = ada.asks(first)[-1]
    assert offered["choices"][0]["title"] == offer
    promise = ada.asks(second)[-1]
    ticket = ben.ticket_of(ada)
    assert str(ticket["number"]) in promise["text"]
    assert {"en": "Service", "zh": "客服组"}[language] in promise["text"]
    assert "UTC" in promise["text"]
    assert ticket["summary"] == second
    assert ticket["priority_reasons"][0]["text"][language]
    assert ada.state() == "queue"


@pytest.mark.parametrize(
    "words",
    [
        "this is the third time, nobody helps, I am furious",
        "门锁冒烟了",
        "smoke is coming out of my smart plug",
        "第三次了，根本没人管，气死我了",
    ],
)
def test_anger_and_danger_go_first(door: str, ben: StaffMember, words: str) -> None:
    calm, pressing = Ada(door), Ada(door)
    calm.asks("do you sell bicycles")
    calm.asks("and what about horse saddles for children")
    pressing.asks(words)
    assert pressing.state() == "queue"
    later, first = ben.ticket_of(calm), ben.ticket_of(pressing)
    assert RANKS.index(first["priority"]) < RANKS.index(later["priority"])
    order = [ticket["number"] for ticket in ben.tickets(limit=200)]
    assert order.index(first["number"]) < order.index(later["number"])


def _await_settled(door: str) -> None:
    """Until no message is owed an answer any more, as /metrics tells it."""

    def settled() -> bool:
        shown = httpx.get(f"{door}/metrics", trust_env=False, timeout=PATIENCE_SECONDS).text
        return "firebreak_waiting_turns 0.0" in shown

    until(settled, what="some messages were not answered")


LATE = [
    "my parcel is late",
    "where is my order, it should have been here on Monday",
    "the delivery is a week overdue and nobody tells me anything",
    "快递怎么还没到",
    "都过了五天了，包裹还是没影",
    "说好昨天送到的，到现在也没送来",
]


def test_six_people_in_half_an_hour_raise_a_warning_and_one_person_does_not(door: str, dan: StaffMember) -> None:
    def warning() -> dict[str, object] | None:
        found = dan.get("/alerts", phase="warning")["items"]
        return next((alert for alert in found if alert["topic"] == "billing_wrong"), None)

    loud = Ada(door)
    for number in range(20):
        loud.say(f"you charged me twice for the same order, bill number {number}")
    _await_settled(door)
    assert warning() is None
    doors = itertools.cycle(["web", "app"])
    for words in ("I was charged twice", "my bill is wrong", "you took too much money", "多扣了我的钱", "账单金额不对"):
        Ada(door, channel=next(doors)).asks(words)
    alert = until(warning, what="no warning")
    assert alert["people"] == 6
    assert alert["channels"] == ["app", "web"]
    assert alert["families"] == ["chat"]
    evidence = dan.get(f"/alerts/{alert['id']}")["mentions"]
    assert len({mention["person"] for mention in evidence}) == 6
    assert any("charged" in mention["text"] for mention in evidence)


def test_late_deliveries_of_six_people_raise_a_warning_that_a_supervisor_judges(door: str, dan: StaffMember) -> None:
    for words in LATE:
        Ada(door).asks(words)

    def warning() -> dict[str, object] | None:
        found = dan.get("/alerts")["items"]
        return next((alert for alert in found if alert["topic"] == "delivery_late"), None)

    alert = until(warning, what="no warning")
    assert alert["phase"] == "warning"
    assert alert["people"] == 6
    confirmed = dan.post(f"/alerts/{alert['id']}/confirm", {"level": "potential", "note": "The courier is on strike."})
    assert confirmed["phase"] == "released"


@pytest.mark.parametrize(
    ("asking", "where"),
    [
        ("I want to talk to a person", "where is my request"),
        ("can a real human help me with this please", "any news on my ticket?"),
        ("转人工", "我的请求处理得怎么样了"),
        ("别跟我扯了，给我找个真人", "我的工单到哪了"),
    ],
)
def test_asking_for_a_person_and_later_where_it_stands(ada: Ada, ben: StaffMember, asking: str, where: str) -> None:
    number = ada.asks(asking) and ben.ticket_of(ada)["number"]
    told = ada.asks(where)[-1]
    assert str(number) in told["text"]
    assert ada.ticket()["number"] == number


def test_an_agent_takes_over_and_the_bot_falls_silent(door: str, ada: Ada, ben: StaffMember) -> None:
    ada.asks("I want to talk to a person")
    ticket = ben.ticket_of(ada)
    number = ticket["number"]
    card = ben.get(f"/desk/tickets/{number}")
    assert card["messages"][0]["text"] == "I want to talk to a person"
    ben.post(f"/desk/tickets/{number}/claim")
    assert ada.state() == "agent"
    with ada.socket() as socket:
        seq = ada.say("my smart lock is offline")["seq"]
        stale = {"text": "Hello, I am Ben.", "based_on_seq": seq - 1, "client_message_id": "b1"}
        assert ben.http.post(f"/desk/tickets/{number}/reply", json=stale).json()["error"]["code"] == "stale"
        ben.post(f"/desk/tickets/{number}/reply", {**stale, "based_on_seq": seq})
        heard: list[dict[str, Any]] = []
        while not any(m.get("author") == "agent" for m in heard):
            heard.append(frame(socket, "message")["message"])
    _await_settled(door)
    assert [m for m in ada.ours(after=seq) if m["author"] == "bot"] == []
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": "The hub was unplugged.", "cause": "technology"})
    assert ada.state() == "closed"
    assert number not in [t["number"] for t in ben.tickets()]
