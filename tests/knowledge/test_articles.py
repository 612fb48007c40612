"""Editors write, publish and restore; two at once get a clear refusal; nothing that was is lost."""

from collections.abc import Callable

from tests.people import StaffMember

ARTICLE = {
    "language": "en",
    "question": "Do you repair antique clocks?",
    "variants": ["clock repair"],
    "answer": "No, but our partner does.",
    "tags": ["service"],
    "audience": "public",
}


def test_a_draft_is_published_changed_and_restored(cleo: StaffMember) -> None:
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    assert (draft["status"], draft["version"]) == ("draft", 1)
    published = cleo.post(f"/knowledge/articles/{draft['id']}/publish")
    assert (published["status"], published["version"]) == ("published", 2)
    change = {**ARTICLE, "answer": "Yes, since May.", "version": 2}
    assert cleo.http.put(f"/knowledge/articles/{draft['id']}", json=change).json()["version"] == 3
    restored = cleo.post(f"/knowledge/articles/{draft['id']}/restore", {"version": 1})
    assert (restored["answer"], restored["version"]) == ("No, but our partner does.", 4)
    versions = cleo.get(f"/knowledge/articles/{draft['id']}/versions")["items"]
    assert [version["version"] for version in versions] == [1, 2, 3, 4]


def test_a_change_of_an_old_version_is_refused(cleo: StaffMember) -> None:
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    cleo.http.put(f"/knowledge/articles/{draft['id']}", json={**ARTICLE, "version": 1})
    late = cleo.http.put(f"/knowledge/articles/{draft['id']}", json={**ARTICLE, "version": 1})
    assert late.status_code == 409
    assert late.json()["error"]["fields"] == {"version": 2}


def test_agents_read_articles_and_do_not_write_them(ben: StaffMember, cleo: StaffMember) -> None:
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    assert ben.get(f"/knowledge/articles/{draft['id']}")["question"] == ARTICLE["question"]
    assert ben.http.post(f"/knowledge/articles/{draft['id']}/publish").status_code == 403


def test_what_does_not_exist_is_not_found(cleo: StaffMember) -> None:
    assert cleo.http.get("/knowledge/articles/nothing").status_code == 404
    assert cleo.http.post("/knowledge/articles", json={**ARTICLE, "question": " "}).status_code == 422


def test_articles_are_found_by_their_words_and_listed_in_pages(cleo: StaffMember) -> None:
    for number in range(3):
        cleo.post("/knowledge/articles", {**ARTICLE, "question": f"100% of question {number}"}, status=201)
    found = cleo.get("/knowledge/articles", q="100% of")["items"]
    assert len(found) == 3
    page = cleo.get("/knowledge/articles", limit=2)
    rest = cleo.get("/knowledge/articles", after=page["next"])
    assert len({article["id"] for article in page["items"] + rest["items"]}) == 3


def test_a_search_without_the_service_says_so(staff: Callable[[str], StaffMember]) -> None:
    answer = staff("cleo").http.get("/knowledge/search", params={"q": "clock"})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"
