"""What could not be answered comes to the editor once a meaning, most people first, and leaves with a decision."""

from datetime import timedelta

from bot.core import clock
from tests.knowledge.inbox.conftest import ARTICLE, listed, only, published
from tests.people import Ada, StaffMember, until
from tests.sites import Site


def test_the_same_words_of_two_people_are_one_gap(site: Site, ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    Ada(site.url).asks(question.upper() + "?!")
    found = only(cleo, question)
    assert (found["text"], found["people"], found["messages"], found["language"]) == (question, 2, 2, "en")
    assert [said["text"] for said in found["samples"]] == [question.upper() + "?!", question]
    assert (found["trend"], found["state"]) == ({"last_7": 2, "before_7": 0}, "open")
    thread = ada.messages()
    assert thread[found["samples"][1]["seq"] - 1]["text"] == question


def test_most_people_come_first_and_then_what_is_asked_more_often_of_late(
    site: Site, ada: Ada, cleo: StaffMember, question: str
) -> None:
    with clock.travel(-timedelta(days=10)):
        for _ in range(3):
            Ada(site.url, visitor=ada.visitor).asks(f"{question} old")
    ada.asks(f"{question} new")
    for one in (ada, Ada(site.url)):
        one.asks(f"{question} two")
    assert [item["text"].rpartition(" ")[2] for item in listed(cleo, question)] == ["two", "new", "old"]
    assert listed(cleo, question)[2]["trend"] == {"last_7": 0, "before_7": 3}


def test_private_numbers_are_not_kept(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(f"{question}, write to ada@example.com")
    assert only(cleo, question)["text"] == f"{question}, write to [email]"


def test_a_gap_becomes_a_variant_of_an_article_and_is_closed(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    path = f"/knowledge/gaps/{only(cleo, question)['id']}/answer"
    found = cleo.post(path, {"article_id": draft["id"], "version": 1, "as_variant": True})
    assert (found["state"], found["article_id"]) == ("answered", draft["id"])
    article = cleo.get(f"/knowledge/articles/{draft['id']}")
    assert (article["status"], article["variants"]) == ("published", [question])
    assert listed(cleo, question) == []
    assert only(cleo, question, state="answered")["id"] == found["id"]


def test_an_answer_needs_an_article_that_stands_and_is_published(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    chinese = cleo.post("/knowledge/articles", {**ARTICLE, "language": "zh"}, status=201)
    path = f"/knowledge/gaps/{only(cleo, question)['id']}/answer"
    assert cleo.http.post(path, json={"article_id": "nothing"}).status_code == 404
    assert cleo.http.post(path, json={"article_id": draft["id"]}).status_code == 409
    assert cleo.http.post(path, json={"article_id": chinese["id"], "as_variant": True}).status_code == 422
    stale = cleo.http.post(path, json={"article_id": draft["id"], "as_variant": True, "version": 2})
    assert (stale.status_code, stale.json()["error"]["fields"]["version"]) == (409, 1)
    assert only(cleo, question)["state"] == "open"


def test_what_is_asked_in_vain_again_is_open_again(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    article = published(cleo)
    found = cleo.post(f"/knowledge/gaps/{only(cleo, question)['id']}/answer", {"article_id": article["id"]})
    with clock.travel(timedelta(minutes=1)):
        ada.asks(question)
        again = only(cleo, question)
    assert (again["id"], again["article_id"], again["messages"]) == (found["id"], article["id"], 2)
    steps = cleo.get(f"/knowledge/gaps/{again['id']}")["events"]
    assert [(step["event"], "by" in step) for step in steps] == [("answered", True), ("came_again", False)]


def test_what_was_dismissed_stays_so_with_its_reason(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    path = f"/knowledge/gaps/{only(cleo, question)['id']}"
    cleo.post(f"{path}/dismiss", {"reason": "We sell no weather."})
    with clock.travel(timedelta(minutes=1)):
        ada.asks(question)
        assert listed(cleo, question) == []
    assert only(cleo, question, state="dismissed")["reason"] == "We sell no weather."
    assert cleo.post(f"{path}/reopen")["state"] == "open"
    assert "reason" not in only(cleo, question)


def test_a_gap_is_given_to_an_editor_and_to_nobody_else(
    ada: Ada, cleo: StaffMember, ben: StaffMember, question: str
) -> None:
    ada.asks(question)
    path, me = f"/knowledge/gaps/{only(cleo, question)['id']}/assign", cleo.get("/staff/me")["id"]
    assert cleo.post(path, {"staff_id": me})["assignee"] == {"id": me, "name": "Cleo"}
    assert only(cleo, question, assignee=me)["assignee"]["name"] == "Cleo"
    assert cleo.http.post(path, json={"staff_id": ben.get("/staff/me")["id"]}).status_code == 422
    assert "assignee" not in cleo.post(path, {"staff_id": None})
    assert ben.http.post(path, json={"staff_id": me}).status_code == 403


def test_groups_are_put_together_and_taken_apart_by_hand(
    site: Site, ada: Ada, cleo: StaffMember, question: str
) -> None:
    ada.asks(f"{question} one")
    Ada(site.url).asks(f"{question} two")
    two, one = listed(cleo, question)
    merged = cleo.post(f"/knowledge/gaps/{two['id']}/merge", {"into": one["id"]})
    assert (merged["id"], merged["people"], merged["messages"]) == (one["id"], 2, 2)
    assert cleo.get(f"/knowledge/gaps/{two['id']}")["id"] == one["id"]
    Ada(site.url).asks(f"{question} TWO")
    assert only(cleo, question)["people"] == 3
    questions = cleo.get(f"/knowledge/gaps/{one['id']}")["questions"]
    second = [said["message_id"] for said in questions if "two" in said["text"].casefold()]
    new = cleo.post(f"/knowledge/gaps/{one['id']}/split", {"message_ids": second})
    assert (new["people"], new["messages"]) == (2, 2)
    Ada(site.url).asks(f"{question} two!")
    assert {item["id"]: item["people"] for item in listed(cleo, question)} == {new["id"]: 3, one["id"]: 1}


def test_an_answer_that_is_tapped_as_not_helpful_brings_its_question(
    ada: Ada, cleo: StaffMember, question: str
) -> None:
    (answer,) = ada.asks(f"lock {question}")
    path = f"/conversations/{ada.id}/messages/{answer['seq']}/feedback"
    assert ada.http.post(path, json={"helpful": True}).status_code == 204
    assert ada.http.post(path, json={"helpful": False, "reason": "too short"}).status_code == 204
    (found,) = until(lambda: listed(cleo, question), what="no gap")
    assert (found["text"], found["samples"][0]["reason"]) == (f"lock {question}", "not_helpful")


def test_an_answer_that_is_called_useless_brings_its_question(ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(f"lock {question}")
    ada.asks("useless")
    assert only(cleo, question)["samples"][0]["reason"] == "not_helpful"


def test_what_is_wrong_is_refused_and_changes_nothing(site: Site, ada: Ada, cleo: StaffMember, question: str) -> None:
    ada.asks(question)
    Ada(site.url, language="zh").asks(f"门锁打不开怎么办 {question}")
    one, two = sorted(listed(cleo, question), key=lambda item: str(item["language"]))
    path, said = f"/knowledge/gaps/{one['id']}", one["samples"][0]["message_id"]
    for call, body in (
        ("merge", {"into": one["id"]}),
        ("merge", {"into": two["id"]}),
        ("split", {"message_ids": [said]}),
        ("split", {"message_ids": []}),
        ("split", {"message_ids": [two["samples"][0]["message_id"]]}),
        ("dismiss", {"reason": " "}),
        ("assign", {}),
    ):
        assert cleo.http.post(f"{path}/{call}", json=body).status_code == 422, (call, body)
    assert cleo.http.post(f"{path}/merge", json={"into": "nothing"}).status_code == 404
    assert cleo.http.get("/knowledge/gaps/nothing").status_code == 404
    assert cleo.http.get(f"/knowledge/wishes/{one['id']}").status_code == 404
    for after in ("%", "W10", "WzEsMl0", "bnVsbA", "字"):
        assert cleo.http.get("/knowledge/gaps", params={"after": after}).status_code == 422
        assert cleo.http.get(path, params={"after": after}).status_code == 422
    assert [item["id"] for item in listed(cleo, question, language="zh")] == [two["id"]]


def test_pages_of_the_list_follow_each_other(site: Site, cleo: StaffMember, question: str) -> None:
    for number in range(5):
        Ada(site.url).asks(f"{question} {number}")
    whole = [item["id"] for item in cleo.get("/knowledge/gaps", limit=200)["items"]]
    paged, after = list[str](), ""
    while True:
        page = cleo.get("/knowledge/gaps", limit=2, after=after)
        paged += [item["id"] for item in page["items"]]
        if "next" not in page:
            break
        after = page["next"]
    assert paged == whole
    assert len(set(whole)) == len(whole)


def test_the_questions_of_a_group_come_in_pages(site: Site, cleo: StaffMember, question: str) -> None:
    for mark in ("", "!", "?"):
        Ada(site.url).asks(question + mark)
    path = f"/knowledge/gaps/{only(cleo, question)['id']}"
    first = cleo.get(path, limit=2)
    rest = cleo.get(path, limit=2, after=first["next"])
    assert [said["text"][-1] for said in first["questions"]] == ["?", "!"]
    assert [said["text"] for said in rest["questions"]] == [question]
    assert "next" not in rest
