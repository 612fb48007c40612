"""A procedure ticked on the ticket's card, and the article that a solved ticket becomes, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.people import Ada, StaffMember
from tests.sites import Site
from tests.web.test_every_page import fits
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser

PROCEDURE = {
    "language": "en",
    "question": "Broken on arrival",
    "answer": "Replace it.",
    "kind": "procedure",
    "steps": [
        {"text": "Ask for a photo", "minutes": 30, "sentence": "Could you send a photo?"},
        {"text": "Replace it"},
    ],
}


def followed(site: Site, ben: StaffMember, cleo: StaffMember) -> int:
    """A ticket on which Ben follows a procedure; its number."""
    ada = Ada(site.url)
    ada.asks("person please, the box came crushed")
    procedure = cleo.post("/knowledge/articles", PROCEDURE, status=201)["id"]
    cleo.post(f"/knowledge/articles/{procedure}/publish")
    number: int = ben.ticket_of(ada)["number"]
    ben.post(f"/desk/tickets/{number}/claim")
    ben.post(f"/desk/tickets/{number}/procedures", {"article_id": procedure})
    return number


def test_steps_are_ticked_and_their_sentence_goes_into_the_answer(
    site: Site, windows: Windows, ben: StaffMember, cleo: StaffMember
) -> None:
    page = windows.staff("ben", f"/desk#{followed(site, ben, cleo)}")
    expect(page.locator("#procedures")).to_contain_text("2 steps to do")
    page.get_by_role("button", name="Could you send a photo?").click()
    expect(page.locator("#text")).to_have_value("Could you send a photo?")
    page.get_by_label("Ask for a photo").check()
    expect(page.locator("#procedures")).to_contain_text("1 step to do")
    expect(page.locator("#procedures")).to_contain_text("Ben, ")
    expect(page.locator("#story .happened p").last).to_have_text("Ben · did: Ask for a photo")
    page.get_by_label("Replace it").check()
    expect(page.locator("#procedures")).to_contain_text("All steps are done.")


def test_a_solved_ticket_is_made_an_article_on_a_small_page_in_chinese(
    site: Site, windows: Windows, ben: StaffMember, cleo: StaffMember
) -> None:
    number = followed(site, ben, cleo)
    ben.post(f"/desk/tickets/{number}/resolve", {"summary": "A new one is on its way."})
    page = windows.staff("ben", f"/desk#{number}", lang="zh", size=NARROW)
    expect(page.locator("#procedures")).to_contain_text("还有 2 步")
    fits(page)
    page.get_by_role("button", name="写成知识").click()
    expect(page.locator("#toast")).to_contain_text("已为知识管理员写好草稿")
    (draft,) = [one for one in cleo.get("/knowledge/articles", status="draft")["items"] if one["from_ticket"] == number]
    assert draft["answer"] == "A new one is on its way."
