"""An article has dates, a team, steps and translations; it is put away, never lost; too much of it is refused."""

from typing import Any

import pytest

from tests.knowledge.editing.conftest import ARTICLE, Write
from tests.people import StaffMember

CARE: dict[str, Any] = {
    "category": "service / repairs",
    "team": "service",
    "valid_from": "2026-01-01T08:00:00+08:00",
    "valid_until": "2199-01-01T00:00:00Z",
    "review_by": "2198-01-01T00:00:00Z",
    "steps": [{"text": "Ask for a photo.", "team": "service", "minutes": 30, "sentence": "Please send a photo."}],
}


def changed(cleo: StaffMember, article: dict[str, Any], **content: Any) -> dict[str, Any]:
    body = {**ARTICLE, "version": article["version"], **content}
    answer = cleo.http.put(f"/knowledge/articles/{article['id']}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_a_change_leaves_out_stays_and_null_takes_it_away(cleo: StaffMember, write: Write) -> None:
    article = write(**CARE)
    assert (article["category"], article["valid_from"]) == ("service/repairs", "2026-01-01T00:00:00.000Z")
    assert article["steps"] == CARE["steps"]
    kept = changed(cleo, article, answer="Yes.")
    assert {name: kept[name] for name in CARE} == {name: article[name] for name in CARE}
    bare = changed(
        cleo, kept, **dict.fromkeys(("category", "team", "valid_from", "valid_until", "review_by")), steps=[]
    )
    assert [bare[name] for name in CARE] == [None, None, None, None, None, []]


def test_a_translation_shares_its_subject_and_is_told_when_it_falls_behind(cleo: StaffMember, write: Write) -> None:
    english = write()
    chinese = write(language="zh", question="修古董钟吗？", translation_of=english["id"])
    assert chinese["subject"] == english["subject"]
    both = cleo.get(f"/knowledge/articles/{english['id']}")["translations"]
    assert both == [{"id": chinese["id"], "language": "zh", "status": "draft", "behind": False}]
    english = changed(cleo, english, tags=["clock"])
    assert english["translations"][0]["behind"] is False
    english = changed(cleo, english, answer="Yes, since May.")
    assert english["translations"][0]["behind"] is True
    chinese = changed(cleo, chinese, language="zh", question="修古董钟吗？", answer="修，五月起。")
    assert (chinese["behind"], chinese["translations"][0]["behind"]) == (False, False)


def test_a_subject_has_one_article_a_language(cleo: StaffMember, write: Write) -> None:
    english = write()
    again = cleo.http.post("/knowledge/articles", json={**ARTICLE, "translation_of": english["id"]})
    assert (again.status_code, again.json()["error"]["fields"]) == (409, {"subject": "taken"})
    other = write(language="zh", question="钟？")
    joined = changed(cleo, other, language="zh", question="钟？", subject=english["subject"])
    assert [one["id"] for one in joined["translations"]] == [english["id"]]
    turned = {**ARTICLE, "language": "en", "version": joined["version"]}
    assert cleo.http.put(f"/knowledge/articles/{other['id']}", json=turned).status_code == 409


def test_what_is_archived_is_kept_as_it_is_until_it_is_fetched_back(cleo: StaffMember, write: Write) -> None:
    article = write(published=True)
    path = f"/knowledge/articles/{article['id']}"
    away = cleo.post(f"{path}/archive")
    assert (away["status"], away["in_force"]) == ("archived", False)
    assert cleo.post(f"{path}/archive")["version"] == away["version"]
    for step, body in (("publish", {}), ("unpublish", {}), ("restore", {"version": 1})):
        assert cleo.http.post(f"{path}/{step}", json=body).status_code == 409, step
    assert cleo.http.put(path, json={**ARTICLE, "version": away["version"]}).status_code == 409
    back = cleo.post(f"{path}/unarchive")
    assert (back["status"], back["answer"]) == ("unpublished", ARTICLE["answer"])
    assert cleo.post(f"{path}/unarchive")["version"] == back["version"]
    assert cleo.post(f"{path}/publish")["in_force"] is True


def test_who_is_late_learns_what_is_needed_to_bring_both_together(
    cleo: StaffMember, admin: StaffMember, write: Write
) -> None:
    article = write()
    theirs = changed(admin, article, answer="Theirs.")
    late = cleo.http.put(f"/knowledge/articles/{article['id']}", json={**ARTICLE, "answer": "Mine.", "version": 1})
    assert late.status_code == 409
    fields = late.json()["error"]["fields"]
    assert (fields["version"], fields["updated_at"]) == (2, theirs["updated_at"])
    assert fields["updated_by"] == theirs["updated_by"]
    assert fields["updated_by"]["name"] == "Admin"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"variants": ["again"] * 10_000}, "variants"),
        ({"tags": ["again"] * 51}, "tags"),
        ({"question": "nul \x00"}, "question"),
        ({"category": "a//b"}, "category"),
        ({"category": "a/b/c/d/e/f"}, "category"),
        ({"category": "半\x00"}, "category"),
        ({"team": "nobody"}, "team"),
        ({"steps": [{"text": " "}]}, "steps.0.text"),
        ({"steps": [{"text": "x", "minutes": 0}]}, "steps.0.minutes"),
        ({"steps": [{"text": "x", "team": "nobody"}]}, "steps.0.team"),
        ({"valid_from": "2026-01-01"}, "valid_from"),
        ({"valid_from": "2026-01-01T00:00:00"}, "valid_from"),
        ({"review_by": "9999-12-31T23:59:59-12:00"}, "review_by"),
        ({"valid_from": "2026-02-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z"}, "valid_until"),
        ({"subject": ""}, "subject"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(cleo: StaffMember, content: dict[str, Any], field: str) -> None:
    answer = cleo.http.post("/knowledge/articles", json={**ARTICLE, **content})
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["error"]["fields"]


def test_too_many_are_refused_with_their_number_in_both_languages(cleo: StaffMember) -> None:
    body = {**ARTICLE, "variants": [f"variant {number}" for number in range(10_000)]}
    for language in ("en", "zh"):
        answer = cleo.http.post("/knowledge/articles", json=body, headers={"Accept-Language": language})
        assert "10000" in answer.json()["error"]["message"]
        assert "200" in answer.json()["error"]["message"]


def test_a_day_that_is_kept_may_not_come_after_one_that_is_given(cleo: StaffMember, write: Write) -> None:
    article = write(valid_from="2030-01-01T00:00:00Z")
    body = {**ARTICLE, "version": 1, "valid_until": "2029-01-01T00:00:00Z"}
    answer = cleo.http.put(f"/knowledge/articles/{article['id']}", json=body)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["valid_until"])
    assert cleo.get(f"/knowledge/articles/{article['id']}")["version"] == 1


def test_a_translation_of_nothing_is_not_found(cleo: StaffMember) -> None:
    answer = cleo.http.post("/knowledge/articles", json={**ARTICLE, "translation_of": "nothing"})
    assert answer.status_code == 404
