"""What could not be answered comes to the editor once a meaning, most people first, and leaves with a decision."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core import clock
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember
from tests.scripts import by_first_word
from tests.sites import Site

ARTICLE = {"language": "en", "question": "Can I pay by cheque?", "answer": "No, by card.", "variants": [], "tags": []}


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(by_first_word)


def test_the_same_words_of_two_people_are_one_gap(site: Site, ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish about cheques")
    Ada(site.url).asks("Gibberish, about CHEQUES!")
    ada.asks("gibberish about parrots")
    first, second = cleo.get("/knowledge/gaps")["items"]
    assert (first["text"], first["people"], first["messages"]) == ("gibberish about cheques", 2, 2)
    assert (second["text"], second["people"]) == ("gibberish about parrots", 1)
    assert [one["text"] for one in first["samples"]] == ["Gibberish, about CHEQUES!", "gibberish about cheques"]
    assert first["trend"] == {"last_7": 2, "before_7": 0}


def gap(cleo: StaffMember, **filters: object) -> dict[str, Any]:
    found: list[dict[str, Any]] = cleo.get("/knowledge/gaps", **filters)["items"]
    assert len(found) == 1, found
    return found[0]


def published(cleo: StaffMember, **more: object) -> dict[str, Any]:
    article: dict[str, Any] = cleo.post("/knowledge/articles", {**ARTICLE, **more}, status=201)
    cleo.post(f"/knowledge/articles/{article['id']}/publish")
    return article


def test_a_gap_becomes_a_variant_of_an_article_and_is_closed(ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish about cheques")
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    answered = cleo.post(
        f"/knowledge/gaps/{gap(cleo)['id']}/answer", {"article_id": draft["id"], "version": 1, "as_variant": True}
    )
    assert (answered["state"], answered["article_id"]) == ("answered", draft["id"])
    article = cleo.get(f"/knowledge/articles/{draft['id']}")
    assert (article["status"], article["variants"]) == ("published", ["gibberish about cheques"])
    assert cleo.get("/knowledge/gaps")["items"] == []
    assert gap(cleo, state="answered")["id"] == answered["id"]


def test_an_answer_needs_an_article_that_stands_and_is_published(ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish about cheques")
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    path = f"/knowledge/gaps/{gap(cleo)['id']}/answer"
    body = {"article_id": draft["id"], "as_variant": False}
    assert cleo.http.post(path, json={**body, "article_id": "nothing"}).status_code == 404
    assert cleo.http.post(path, json=body).status_code == 409
    stale = cleo.http.post(path, json={**body, "as_variant": True, "version": 2})
    assert (stale.status_code, stale.json()["error"]["fields"]["version"]) == (409, 1)
    assert gap(cleo)["state"] == "open"


def test_what_is_asked_in_vain_again_is_open_again(ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish about cheques")
    article = published(cleo)
    answered = cleo.post(f"/knowledge/gaps/{gap(cleo)['id']}/answer", {"article_id": article["id"]})
    with clock.travel(timedelta(minutes=1)):
        ada.asks("gibberish about CHEQUES")
    again = gap(cleo)
    assert (again["id"], again["article_id"], again["messages"]) == (answered["id"], article["id"], 2)
    assert [one["event"] for one in cleo.get(f"/knowledge/gaps/{again['id']}")["events"]] == ["answered", "came_again"]


def test_what_was_dismissed_stays_so_with_its_reason(ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish about the weather")
    cleo.post(f"/knowledge/gaps/{gap(cleo)['id']}/dismiss", {"reason": "We sell no weather."})
    with clock.travel(timedelta(minutes=1)):
        ada.asks("gibberish about the weather")
    assert cleo.get("/knowledge/gaps")["items"] == []
    assert gap(cleo, state="dismissed")["reason"] == "We sell no weather."


def test_a_gap_is_given_to_an_editor_and_to_nobody_else(ada: Ada, cleo: StaffMember, ben: StaffMember) -> None:
    ada.asks("gibberish about cheques")
    path, me = f"/knowledge/gaps/{gap(cleo)['id']}/assign", cleo.get("/staff/me")["id"]
    assert cleo.post(path, {"staff_id": me})["assignee"] == {"id": me, "name": "Cleo"}
    assert gap(cleo, assignee=me)["assignee"]["name"] == "Cleo"
    assert cleo.http.post(path, json={"staff_id": ben.get("/staff/me")["id"]}).status_code == 422
    assert "assignee" not in cleo.post(path, {"staff_id": None})
    assert ben.http.post(path, json={"staff_id": me}).status_code == 403


def test_groups_are_put_together_and_taken_apart_by_hand(site: Site, ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish one")
    Ada(site.url).asks("gibberish two")
    one, two = sorted(cleo.get("/knowledge/gaps")["items"], key=lambda item: item["text"])
    merged = cleo.post(f"/knowledge/gaps/{two['id']}/merge", {"into": one["id"]})
    assert (merged["id"], merged["people"], merged["messages"]) == (one["id"], 2, 2)
    whole = cleo.get(f"/knowledge/gaps/{two['id']}")
    assert whole["id"] == one["id"]
    Ada(site.url).asks("Gibberish two?")
    assert gap(cleo)["people"] == 3
    questions = cleo.get(f"/knowledge/gaps/{one['id']}")["questions"]
    second = [said["message_id"] for said in questions if "two" in said["text"]]
    new = cleo.post(f"/knowledge/gaps/{one['id']}/split", {"message_ids": second})
    assert (new["people"], new["text"]) == (2, "Gibberish two?")
    Ada(site.url).asks("gibberish two")
    assert {item["id"]: item["people"] for item in cleo.get("/knowledge/gaps")["items"]} == {new["id"]: 3, one["id"]: 1}
