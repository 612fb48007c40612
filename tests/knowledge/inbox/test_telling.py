"""Those who asked in vain are told that there is an answer: each once, and never over an agent's head."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.knowledge.inbox.conftest import answered, listed, only, published
from tests.people import Ada, StaffMember, until
from tests.sites import Site


def counts(**more: int) -> dict[str, int]:
    return {"people": 0, "told": 0, "suggested": 0, "already": 0, "cannot": 0, **more}


def told(ada: Ada) -> list[dict[str, Any]]:
    return [message for message in ada.messages() if message.get("article_question") == "Can I pay by cheque?"]


def test_everybody_who_asked_hears_the_answer_once(site: Site, ada: Ada, cleo: StaffMember, question: str) -> None:
    bob = Ada(site.url)
    for one, text in ((ada, question), (ada, question), (bob, question.replace("hears", "*hears*"))):
        one.asks(text)
    path = answered(cleo, question)
    assert cleo.post(f"{path}/tell") == counts(people=2, told=2)
    assert cleo.post(f"{path}/tell") == counts(people=2, already=2)
    (message,) = told(bob)
    words = question.replace("hears", "*hears*")
    assert message["text"] == f"You asked: “{words}” There is an answer now.\n\nNo, by card."
    assert (message["author"], len(told(ada))) == ("bot", 1)
    assert cleo.get(path)["told"] == 2


def test_of_two_editors_who_tell_at_once_each_person_hears_one(site: Site, cleo: StaffMember, question: str) -> None:
    people = [Ada(site.url) for _ in range(4)]
    for ada in people:
        ada.asks(question)
    path = answered(cleo, question)
    with ThreadPoolExecutor(2) as pool:
        both = [*pool.map(lambda _: cleo.post(f"{path}/tell"), range(2))]
    assert sum(found["told"] for found in both) == 4
    assert [len(told(ada)) for ada in people] == [1, 1, 1, 1]


def test_the_same_person_in_two_conversations_is_told_in_the_later_one(
    site: Site, cleo: StaffMember, question: str
) -> None:
    first = Ada(site.url)
    second = Ada(site.url, visitor=first.visitor)
    for ada in (first, second):
        ada.asks(question)
    path = answered(cleo, question)
    assert cleo.post(f"{path}/tell", {"text": "We take cheques now."}) == counts(people=1, told=1)
    assert (told(first), [message["text"] for message in told(second)]) == ([], ["We take cheques now."])


def test_where_an_agent_speaks_it_is_for_the_agent_to_say(
    ada: Ada, ben: StaffMember, cleo: StaffMember, question: str
) -> None:
    ada.asks(question)
    path = answered(cleo, question)
    ada.asks("person please")
    number = ben.ticket_of(ada)["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    assert cleo.post(f"{path}/tell") == counts(people=1, suggested=1)
    assert cleo.post(f"{path}/tell") == counts(people=1, already=1)

    def suggested() -> list[dict[str, Any]]:
        events = ben.get(f"/desk/tickets/{number}")["events"]
        return [event for event in events if event["event"] == "suggested"]

    (event,) = until(suggested, what="the agent was not told")
    assert event["text"].startswith(f"To pass on to the customer:\nYou asked: “{question}”")
    assert event["text"].endswith("No, by card.")
    assert told(ada) == []


def test_in_the_queue_the_system_says_it(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    path = answered(cleo, question)
    ada.asks("person please")
    assert cleo.post(f"{path}/tell") == counts(people=1, told=1)
    assert told(ada)[0]["author"] == "system"


def test_who_has_left_cannot_be_told(ada: Ada, ben: StaffMember, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    path = answered(cleo, question)
    ada.asks("person please")
    number = ben.ticket_of(ada)["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": "Done."})
    assert cleo.post(f"{path}/tell") == counts(people=1, cannot=1)
    assert told(ada) == []


def test_without_an_answer_that_customers_may_have_there_is_nothing_to_tell(
    ada: Ada, cleo: StaffMember, question: str
) -> None:
    ada.asks(question)
    path = f"/knowledge/gaps/{only(cleo, question)['id']}"
    assert cleo.http.post(f"{path}/tell", json={}).status_code == 409
    cleo.post(f"{path}/answer", {"article_id": published(cleo, audience="agents")["id"]})
    assert cleo.http.post(f"{path}/tell", json={"text": "Hello."}).status_code == 409


def test_an_answer_that_was_told_and_did_not_help_opens_the_question_again(
    ada: Ada, cleo: StaffMember, question: str
) -> None:
    ada.asks(question)
    path = answered(cleo, question)
    cleo.post(f"{path}/tell")
    seq = told(ada)[0]["seq"]
    assert ada.http.post(f"/conversations/{ada.id}/messages/{seq}/feedback", json={"helpful": False}).status_code == 204
    (again,) = until(lambda: listed(cleo, question), what="it stayed answered")
    assert (again["id"], again["samples"][0]["reason"]) == (path.rpartition("/")[2], "not_helpful")
