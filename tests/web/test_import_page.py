"""Bringing a file of articles and taking them away, in a real browser."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.people import StaffMember
from tests.web.test_every_page import fits, tab_to
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser
HEAD = "id,language,question,answer\n"


def bring(page: Page, text: str, name: str = "articles.csv") -> None:
    """Choose a file, and wait until it has been looked at."""
    page.locator("#file").set_input_files(FilePayload(name=name, mimeType="text/csv", buffer=text.encode()))
    expect(page.locator("#report-title")).to_have_text(name)
    expect(page.locator("#progress")).to_be_hidden()


def test_an_editor_looks_at_a_file_and_imports_it(windows: Windows, cleo: StaffMember) -> None:
    page = windows.staff("cleo", "/knowledge/import")
    expect(page.locator('.tabs [aria-current="page"]')).to_have_text("Import and export")
    good = f"{HEAD}zorb.en,en,How do I wind a zorb?,By hand.\nzorb.zh,zh,怎么给佐布上发条？,用手。\n"
    bring(page, f"{good},en,Why is it a zorb?,\n")
    expect(page.locator("#standing")).to_have_text("Checked. 2 articles would be written. Nothing has changed yet.")
    expect(page.locator("#lines tr")).to_have_count(1)
    expect(page.locator("#lines")).to_contain_text("Answer: missing")
    page.get_by_role("button", name="All (3)").click()
    expect(page.locator("#lines tr")).to_have_count(3)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download 1 row that is left out").click()
    assert taken.value.suggested_filename == "refused.csv"
    page.get_by_role("button", name="Leave out the wrong rows and import 2 articles").click()
    expect(page.locator("#standing")).to_have_text("Done: 2 articles written.")
    expect(page.locator("#imports li").first).to_contain_text("Imported · 2 articles")
    assert cleo.get("/knowledge/articles/zorb.en")["status"] == "published"
    bring(page, good.replace("By hand", "By foot"), "again.csv")
    expect(page.locator("#lines")).to_contain_text("Changes: Answer")
    page.get_by_role("link", name="See the article").first.click()
    page.wait_for_url("**/knowledge#zorb.en")


def test_a_file_is_brought_by_keyboard_at_360_pixels_in_chinese(windows: Windows) -> None:
    page = windows.staff("cleo", "/knowledge/import", size=NARROW, lang="zh")
    fits(page)
    tab_to(page, "#file")
    bring(page, f"{HEAD}{'w' * 100}.en,en,{'w' * 300}?,So.\nbad id,xx,为什么？,因为。\n")
    expect(page.locator("#lines")).to_contain_text("编号最多 120 个字符")
    fits(page)
    tab_to(page, '#kinds [data-kind="all"]')
    page.keyboard.press("Enter")
    expect(page.locator("#lines tr")).to_have_count(2)
    expect(page.locator('#kinds [data-kind="all"]')).to_be_focused()
    fits(page)


def test_a_file_that_cannot_be_read_is_refused_in_words(windows: Windows) -> None:
    windows.expect_complaints("status of 422")
    page = windows.staff("cleo", "/knowledge/import")
    bring(page, "question,reply to\nHow?,So.\n")
    expect(page.locator("#problem")).to_have_text("Row 1 is to name the columns: there is none called answer.")
    page.locator("#file").set_input_files(FilePayload(name="a.exe", mimeType="text/plain", buffer=b"MZ"))
    expect(page.locator("#refusal")).to_contain_text("Articles are read from .csv")


def test_an_agent_takes_articles_away_and_brings_none(windows: Windows) -> None:
    page = windows.staff("ben", "/knowledge/import")
    expect(page.locator("#bring")).to_be_hidden()
    page.locator("#export select[name=language]").select_option("zh")
    with page.expect_download() as taken:
        page.get_by_role("link", name="JSON").click()
    assert taken.value.suggested_filename.startswith("articles-zh-")
