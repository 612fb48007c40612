"""What is typed and not saved is kept for whoever typed it, and others see that somebody is at it."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
from sqlalchemy import delete, select

from bot.core import clock
from bot.core.auth import Staff
from bot.knowledge import drafts
from bot.knowledge.models import ArticleDraft
from tests.knowledge.editing.conftest import ARTICLE, Write
from tests.people import StaffMember
from tests.sites import Site


def keep(editor: StaffMember, key: str, **body: object) -> httpx.Response:
    return editor.http.put(f"/knowledge/drafts/{key}", json={"content": {"answer": "Half a sen"}, **body})


def test_a_draft_is_kept_as_it_is_typed_and_comes_back(cleo: StaffMember) -> None:
    key = f"new-{uuid.uuid4().hex}"
    content = {"question": "", "valid_from": "tomorrow?", "variants": ["", "x"], "steps": [{"text": ""}], "other": 1}
    kept = keep(cleo, key, content=content).json()
    assert (kept["key"], kept["article_id"], kept["based_on"]) == (key, None, None)
    assert kept["content"] == {name: value for name, value in content.items() if name != "other"}
    again = keep(cleo, key).json()
    assert cleo.get(f"/knowledge/drafts/{key}") == again
    assert [one["key"] for one in cleo.get("/knowledge/drafts")["items"]].count(key) == 1
    assert cleo.http.delete(f"/knowledge/drafts/{key}").status_code == 204
    assert cleo.http.delete(f"/knowledge/drafts/{key}").status_code == 204
    assert cleo.http.get(f"/knowledge/drafts/{key}").status_code == 404


def test_two_editors_know_of_each_others_drafts_and_read_their_own(
    cleo: StaffMember, admin: StaffMember, write: Write
) -> None:
    article = write()
    keep(cleo, article["id"], based_on=1)
    keep(admin, f"new-{article['id']}", article_id=article["id"], based_on=1, content={"answer": "Theirs"})
    marks = cleo.get(f"/knowledge/articles/{article['id']}")["drafts"]
    assert sorted((mark["by"]["name"], mark["based_on"]) for mark in marks) == [("Admin", 1), ("Cleo", 1)]
    assert cleo.get(f"/knowledge/drafts/{article['id']}")["content"] == {"answer": "Half a sen"}
    assert admin.http.get(f"/knowledge/drafts/{article['id']}").status_code == 404


def test_saving_uses_up_ones_own_draft_and_leaves_the_others(
    cleo: StaffMember, admin: StaffMember, write: Write
) -> None:
    article = write()
    keep(cleo, article["id"])
    keep(admin, article["id"])
    saved = cleo.http.put(f"/knowledge/articles/{article['id']}", json={**ARTICLE, "version": 1}).json()
    assert [mark["by"]["name"] for mark in saved["drafts"]] == ["Admin"]
    late = cleo.http.put(f"/knowledge/articles/{article['id']}", json={**ARTICLE, "version": 1})
    assert late.status_code == 409


def test_a_draft_that_could_never_be_an_article_is_refused(cleo: StaffMember) -> None:
    for content in ({"answer": "x" * 20_001}, {"variants": ["x"] * 201}, {"question": "\x00"}, {"steps": "x"}):
        assert keep(cleo, "new-wrong", content=content).status_code == 422
    assert keep(cleo, "new-wrong", article_id="nothing").status_code == 404
    assert keep(cleo, "new-wrong", based_on=0).status_code == 422


def test_of_one_draft_kept_from_two_windows_at_once_one_remains(cleo: StaffMember) -> None:
    for _ in range(3):
        key, both = f"new-{uuid.uuid4().hex}", threading.Barrier(2)

        def type_in(words: str, key: str = key, both: threading.Barrier = both) -> int:
            with httpx.Client(
                base_url=cleo.http.base_url, headers=cleo.http.headers, trust_env=False, timeout=30
            ) as http:
                http.get("/staff/me")
                both.wait(30)
                return http.put(f"/knowledge/drafts/{key}", json={"content": {"answer": words}}).status_code

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(type_in, ("one", "two"))) == [200, 200]
        assert cleo.get(f"/knowledge/drafts/{key}")["content"]["answer"] in ("one", "two")


def test_a_page_that_went_mad_does_not_fill_the_database(site: Site, admin: StaffMember) -> None:
    keys = [f"mad-{number}" for number in range(drafts.MOST)]
    with site.db.transaction() as session:
        mad = session.scalars(select(Staff.id).where(Staff.name == "Admin")).one()
        session.add_all(ArticleDraft(staff_id=mad, key=key, content={}, at=clock.now()) for key in keys)
    full = keep(admin, "mad-one-more")
    assert full.status_code == 409
    assert "drafts. Finish or discard" in full.json()["error"]["message"]
    assert keep(admin, keys[0]).status_code == 200
    with site.db.transaction() as session:
        session.execute(delete(ArticleDraft).where(ArticleDraft.key.startswith("mad-")))
