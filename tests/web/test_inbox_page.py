"""The editor's inbox in a real browser: what was asked in vain is answered, wishes are decided, people are told."""

import pytest
from playwright.sync_api import Page, expect

from tests.people import Ada, StaffMember
from tests.sites import Site
from tests.web.test_every_page import fits
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser

ARTICLE = {"language": "en", "question": "Do you rent out telescopes?", "answer": "Yes, for a week at a time."}


def opened(page: Page, name: str) -> None:
    """Open the entry of that name, once the list has it."""
    row = page.locator("#list .row", has_text=name)
    expect(row).to_be_visible()
    row.click()
    expect(page.locator("#card-title")).to_have_text(name)


def test_an_editor_answers_a_question_and_tells_who_asked(site: Site, windows: Windows, cleo: StaffMember) -> None:
    people = [Ada(site.url), Ada(site.url)]
    for ada in people:
        ada.asks("zeppelin rides for two")
    written = cleo.post("/knowledge/articles", {**ARTICLE, "question": "Are there zeppelin rides?"}, status=201)["id"]
    cleo.post(f"/knowledge/articles/{written}/publish")
    page = windows.staff("cleo", "/knowledge/inbox")
    opened(page, "zeppelin rides for two")
    expect(page.locator("#figures")).to_contain_text("People2")
    page.get_by_role("button", name="Conversation").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[aria-current]")).to_contain_text("zeppelin rides for two")
    dialog.get_by_role("button", name="Close").click()
    gap = page.evaluate("decodeURIComponent(location.hash.slice(1).split('?')[0])")
    cleo.post(f"/knowledge/gaps/{gap}/answer", {"article_id": written})
    expect(page.get_by_role("button", name="Tell those who asked")).to_be_visible()
    page.get_by_role("button", name="Tell those who asked").click()
    page.get_by_role("dialog").get_by_role("button", name="Tell those who asked").click()
    expect(page.locator("#toast")).to_contain_text("2 people told")
    for ada in people:
        ada.hears(lambda message: "Yes, for a week at a time." in message["text"])


def test_an_editor_begins_an_article_from_a_question(site: Site, windows: Windows) -> None:
    Ada(site.url).asks("submarine insurance please")
    page = windows.staff("cleo", "/knowledge/inbox", size=NARROW)
    windows.expect_complaints("503")
    opened(page, "submarine insurance please")
    page.get_by_role("button", name="Answer", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio").last).to_be_visible()
    fits(page)
    dialog.get_by_label("None of these: write a new article").check()
    dialog.get_by_role("button", name="Go on").click()
    expect(page.locator("#question")).to_have_value("submarine insurance please")


def test_a_supervisor_decides_on_a_wish_in_chinese_on_a_small_page(site: Site, windows: Windows) -> None:
    Ada(site.url).asks("wish the lamp could sing at night")
    page = windows.staff("dan", "/knowledge/inbox#?box=wishes", lang="zh", size=NARROW)
    opened(page, "wish the lamp could sing at night")
    fits(page)
    page.get_by_role("button", name="决定").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("已计划").check()
    dialog.get_by_label("原因").fill("明年上线")
    dialog.get_by_role("button", name="决定").click()
    expect(page.locator("#standing")).to_contain_text("已计划")
    expect(page.locator("#said")).to_contain_text("明年上线")
