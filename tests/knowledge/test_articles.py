"""Editors write, publish and restore; two at once get a clear refusal; nothing that was is lost."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import uvicorn

from knowledge_index.service import create_app
from tests.people import StaffMember
from tests.sites import PASSWORD, hire, running

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
    fields = late.json()["error"]["fields"]
    assert (fields["version"], fields["updated_by"]["name"]) == (2, "Cleo")
    assert fields["updated_at"] == cleo.get(f"/knowledge/articles/{draft['id']}")["updated_at"]


@pytest.mark.parametrize("round_", range(3))
def test_of_two_changes_at_once_one_is_kept_and_one_is_a_conflict(cleo: StaffMember, round_: int) -> None:
    draft = cleo.post("/knowledge/articles", ARTICLE, status=201)
    both = threading.Barrier(2)

    def change(answer: str) -> int:
        with httpx.Client(base_url=cleo.http.base_url, headers=cleo.http.headers, trust_env=False, timeout=30) as http:
            http.get("/staff/me")
            both.wait(30)
            body = {**ARTICLE, "answer": answer, "version": 1}
            return http.put(f"/knowledge/articles/{draft['id']}", json=body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, ("Yes.", "No."))) == [200, 409]
    assert cleo.get(f"/knowledge/articles/{draft['id']}")["version"] == 2


def test_a_text_that_shows_nothing_is_refused(cleo: StaffMember) -> None:
    for blank in ("\u200b\u200d\ufeff", "\u2060 \u00ad", "\u3164", "\u0301\u200b", "\u202e"):
        for content in ({"question": blank}, {"answer": blank}, {"variants": [blank]}):
            answer = cleo.http.post("/knowledge/articles", json={**ARTICLE, **content})
            assert answer.status_code == 422, content
            assert "nothing that can be seen" in answer.json()["error"]["message"]


def test_whatever_shows_anything_is_taken(cleo: StaffMember) -> None:
    for question in ("?", "€ 5", "👩\u200d🔧", "门锁", "क\u094dष"):
        written = cleo.post("/knowledge/articles", {**ARTICLE, "question": question}, status=201)
        assert written["question"] == question


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


@pytest.fixture
def knowledge_url(tmp_path: Path) -> Iterator[str]:
    """The real service; it needs no model to refuse."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(tmp_path / "index", dict), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def test_a_search_that_the_service_refuses_is_refused_in_its_words(knowledge_url: str, tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path / 'kb.db'}", tmp_path, knowledge_url=knowledge_url) as site:
        hire(site.db)
        answer = StaffMember(site.url, "cleo@emberly.example", PASSWORD).http.get(
            "/knowledge/search", params={"q": "clock", "language": "x" * 30}
        )
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"
