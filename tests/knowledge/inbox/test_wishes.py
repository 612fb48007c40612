"""What customers wish for is counted by people, owned by a department, judged with a reason."""

from tests.knowledge.inbox.conftest import listed, only
from tests.people import Ada, StaffMember
from tests.sites import Site


def test_a_wish_is_kept_once_a_message_and_counted_by_people(
    site: Site, ada: Ada, cleo: StaffMember, question: str
) -> None:
    ada.asks(f"wish {question}")
    ada.asks(f"wish {question}!")
    Ada(site.url).asks(f"WISH {question}")
    wish = only(cleo, question, of="wishes")
    assert (wish["text"], wish["people"], wish["messages"], wish["state"]) == (f"wish {question}", 2, 3, "open")
    assert {said["reason"] for said in wish["samples"]} == {"turn"}
    assert listed(cleo, question) == []


def test_a_wish_gets_a_department_and_a_verdict_with_its_reason(
    ada: Ada, cleo: StaffMember, dan: StaffMember, question: str
) -> None:
    ada.asks(f"wish {question}")
    path = f"/knowledge/wishes/{only(cleo, question, of='wishes')['id']}"
    assert cleo.http.post(f"{path}/owner", json={"department": "kitchen"}).status_code == 422
    assert cleo.post(f"{path}/owner", {"department": "engineering"})["department"] == "engineering"
    judged = dan.post(f"{path}/verdict", {"verdict": "planned", "why": "In spring."})
    assert (judged["verdict"], judged["why"]) == ("planned", "In spring.")
    assert listed(cleo, question, of="wishes") == []
    assert only(cleo, question, of="wishes", state="planned", department="engineering")["id"] == judged["id"]
    assert listed(cleo, question, of="wishes", state="all", department="logistics") == []
    events = cleo.get(path)["events"]
    assert [(one["event"], one["by"]["name"]) for one in events] == [("owner", "Cleo"), ("planned", "Dan")]


def test_agents_read_wishes_and_leave_verdicts_to_others(ada: Ada, ben: StaffMember, question: str) -> None:
    ada.asks(f"wish {question}")
    path = f"/knowledge/wishes/{only(ben, question, of='wishes')['id']}"
    assert ben.http.post(f"{path}/verdict", json={"verdict": "no", "why": "Ben says so."}).status_code == 403
    assert ben.http.post(f"{path}/owner", json={"department": "legal"}).status_code == 403


def test_a_ticket_that_an_agent_calls_a_suggestion_is_a_wish(
    ada: Ada, ben: StaffMember, cleo: StaffMember, question: str
) -> None:
    ada.asks(f"person please, {question}, I am ada@example.com")
    ben.post(f"/desk/tickets/{ben.ticket_of(ada)['number']}/correct", {"request_type": "suggestion"})
    wish = only(cleo, question, of="wishes")
    assert wish["text"] == f"person please, {question}, I am [email]"
    assert wish["samples"][0]["reason"] == "ticket"


def test_those_who_wished_it_are_told_the_verdict(ada: Ada, cleo: StaffMember, dan: StaffMember, question: str) -> None:
    ada.asks(f"wish {question}")
    path = f"/knowledge/wishes/{only(cleo, question, of='wishes')['id']}"
    assert dan.http.post(f"{path}/tell", json={}).status_code == 409
    dan.post(f"{path}/verdict", {"verdict": "done", "why": "Look under Settings."})
    assert dan.post(f"{path}/tell")["told"] == 1
    told = [message["text"] for message in ada.messages() if "Settings" in message["text"]]
    assert told == [f"You wished for this: “wish {question}” It is there now.\n\nLook under Settings."]


def test_each_verdict_is_told_once(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(f"wish {question}")
    path = f"/knowledge/wishes/{only(cleo, question, of='wishes')['id']}"
    told = []
    for verdict in ("planned", "planned", "done", "planned"):
        cleo.post(f"{path}/verdict", {"verdict": verdict, "why": "So it is."})
        told.append(cleo.post(f"{path}/tell")["told"])
    assert told == [1, 0, 1, 0]
