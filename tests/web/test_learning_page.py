"""Correcting at the desk, and the conversation designer's page, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from bot.learning import service
from tests.people import Ada, StaffMember
from tests.sites import PASSWORD, Site
from tests.web.test_every_page import fits, tab_to
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser


def corrected(site: Site, ben: StaffMember, said: str, intent: str = "track_order") -> Ada:
    """Ada says it and Ben says what it was."""
    ada = Ada(site.url)
    ada.asks(said)
    ada.asks("person please")
    ben.post(f"/desk/tickets/{ben.ticket_of(ada)['number']}/correct", {"intent": intent, "seq": 1})
    return ada


def card(page: Page, said: str) -> str:
    """What selects the correction of `said`, once it stands on the page."""
    found = page.locator("#corrections > li", has_text=said)
    expect(found).to_be_visible()
    return f'[data-correction="{found.get_attribute("data-correction")}"]'


def test_an_agent_corrects_and_the_designer_makes_an_example_of_it(
    site: Site, windows: Windows, ben: StaffMember, cleo: StaffMember
) -> None:
    ada = Ada(site.url)
    ada.asks("late it is, my parcel number 77")
    ada.asks("person please")
    number = ben.ticket_of(ada)["number"]
    desk = windows.staff("ben", f"/desk#{number}")
    desk.get_by_role("button", name="Correct").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Which message").select_option(label="late it is, my parcel number 77")
    dialog.get_by_label("Type").select_option("complaint")
    dialog.get_by_label("Topic").select_option("refund_delay")
    dialog.get_by_role("button", name="Correct").click()
    expect(desk.locator("#story .happened p").last).to_have_text("Ben · corrected: Complaint · Slow refund")
    expect(desk.locator("#facts")).to_contain_text("Slow refund")
    page = windows.staff("cleo", "/learning")
    row = page.locator(card(page, "my parcel number 77"))
    expect(row).to_contain_text("The bot understood: Late delivery (90 % sure)")
    expect(row).to_contain_text("The agent says: Slow refund")
    expect(row.get_by_label("Intent")).to_have_value("complain_refund_delay")
    row.get_by_label("Example").fill("late it is, my parcel")
    row.get_by_role("button", name="Accept").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Accepted").click()
    expect(page.locator("#corrections")).to_contain_text("as Slow refund: late it is, my parcel")
    assert "late it is, my parcel" in [
        one["example"] for one in cleo.get("/learning/corrections", state="accepted")["items"]
    ]


def test_decisions_by_keyboard_go_from_one_to_the_next_at_360_pixels_in_chinese(
    site: Site, windows: Windows, ben: StaffMember
) -> None:
    corrected(site, ben, f"hello first {'w' * 200}")
    corrected(site, ben, "hello second")
    page = windows.staff("cleo", "/learning", size=NARROW, lang="zh")
    first, second = card(page, "hello first"), card(page, "hello second")
    fits(page)
    expect(page.locator(first)).to_contain_text("客服的更正")
    page.locator(f"{first} textarea").focus()
    tab_to(page, f"{first} .quiet")
    page.keyboard.press("Enter")
    expect(page.locator(first)).to_have_count(0)
    expect(page.locator(f"{second} textarea")).to_be_focused()
    tab_to(page, f"{second} select")
    tab_to(page, f"{second} .main")
    page.keyboard.press("Enter")
    expect(page.locator(second)).to_have_count(0)
    tab_to(page, '[data-state="rejected"]', back=True)
    page.keyboard.press("Enter")
    expect(page.locator(first)).to_contain_text("不采纳")
    fits(page)


def test_whoever_came_first_is_heard_and_nothing_is_lost(
    site: Site, windows: Windows, ben: StaffMember, cleo: StaffMember
) -> None:
    windows.expect_complaints("status of 409")
    ada = corrected(site, ben, "hello third")
    page = windows.staff("cleo", "/learning")
    row = page.locator(card(page, "hello third"))
    row.get_by_label("Example").fill("hello, third of all")
    ben.post(f"/desk/tickets/{ben.ticket_of(ada)['number']}/correct", {"intent": "refund_status", "seq": 1})
    row.get_by_role("button", name="Accept").click()
    expect(row).to_contain_text("The agent says: Refund status")
    row.get_by_role("button", name="Reject").click()
    expect(row).to_have_count(0)


def test_the_last_training_stands_in_a_table(site: Site, windows: Windows) -> None:
    figures = {
        "en": {"before": {"right": 8, "of": 10}, "after": {"right": 9, "of": 10}},
        "hard_zh": {"after": {"right": 1, "of": 3}},
    }
    with site.db.transaction() as session:
        service.do_note_training(session, before="a1", after="b2", examples=1, figures=figures)
    page = windows.staff("cleo", "/learning", size=NARROW)
    expect(page.locator("#training-line")).to_contain_text("with 1 accepted example")
    expect(page.locator("#figures tbody tr")).to_have_count(2)
    expect(page.locator("#figures tbody tr").first).to_have_text("English8 of 10 (80 %)9 of 10 (90 %)")
    expect(page.locator("#figures tbody tr").last).to_have_text("Chinese, hard–1 of 3 (33 %)")
    fits(page)


def test_an_editor_who_signs_in_is_brought_here(windows: Windows) -> None:
    page = windows.open("/sign-in")
    page.fill("#email", "cleo@emberly.example")
    page.fill("#password", PASSWORD)
    page.click("#submit")
    page.wait_for_url("**/knowledge")
    expect(page.locator('#nav a[aria-current="page"]')).to_have_text("Knowledge")
