"""A customer takes their words back: they leave what editors and designers see, and what they made of them."""

from tests.knowledge.inbox.conftest import ARTICLE, only
from tests.people import Ada, StaffMember


def test_words_that_are_taken_back_leave_the_list(ada: Ada, ben: StaffMember, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    path = f"/knowledge/gaps/{only(cleo, question)['id']}"
    assert ben.http.post(f"/knowledge/conversations/{ada.id}/forget").status_code == 403
    assert cleo.http.post("/knowledge/conversations/nobody/forget").status_code == 404
    assert cleo.http.post(f"/knowledge/conversations/{ada.id}/forget").status_code == 204
    left = cleo.get(path)
    assert (left["text"], left["questions"][0]["text"], left["people"]) == ("[erased]", "", 1)
    assert question not in cleo.http.get("/knowledge/gaps", params={"limit": 200}).text


def test_words_that_are_taken_back_teach_nothing_and_stand_in_no_draft(
    ada: Ada, ben: StaffMember, cleo: StaffMember, question: str
) -> None:
    ada.asks(f"person please, {question}")
    number = ben.ticket_of(ada)["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "refund_status"})
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": f"Done: {question}"})
    draft = ben.post(f"/desk/tickets/{number}/article", status=201)["id"]
    (row,) = [one for one in cleo.get("/learning/corrections")["items"] if question in one["said"]]
    accept = {"version": row["version"], "intent": "refund_status", "example": question}
    cleo.post(f"/learning/corrections/{row['id']}/accept", accept)
    cleo.http.put(f"/knowledge/drafts/{draft}", json={"content": {"question": question}}).raise_for_status()
    for _ in range(2):
        assert cleo.http.post(f"/knowledge/conversations/{ada.id}/forget").status_code == 204
    states = ("open", "accepted", "rejected")
    kept = [cleo.http.get("/learning/corrections", params={"state": state}) for state in states]
    kept += [cleo.http.get(path) for path in (f"/knowledge/articles/{draft}/versions", "/knowledge/drafts")]
    assert [answer.text for answer in kept if question in answer.text] == []
    article = cleo.get(f"/knowledge/articles/{draft}")
    assert (article["status"], article["question"], article["answer"]) == ("archived", "[erased]", "[erased]")


def test_what_an_editor_has_put_out_is_the_shops_own(
    ada: Ada, ben: StaffMember, cleo: StaffMember, question: str
) -> None:
    ada.asks(f"person please, {question}")
    number = ben.ticket_of(ada)["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": "So it works."})
    draft = ben.post(f"/desk/tickets/{number}/article", status=201)["id"]
    told = {**ARTICLE, "question": "How does it work?", "version": 1}
    cleo.http.put(f"/knowledge/articles/{draft}", json=told).raise_for_status()
    cleo.post(f"/knowledge/articles/{draft}/publish")
    assert cleo.http.post(f"/knowledge/conversations/{ada.id}/forget").status_code == 204
    assert cleo.get(f"/knowledge/articles/{draft}")["question"] == "How does it work?"
    assert question not in cleo.http.get(f"/knowledge/articles/{draft}/versions").text
