"""The page of calls in a real browser."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.people import PATIENCE_SECONDS
from tests.sites import Site
from tests.web.test_every_page import fits, tab_to
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser
SEND = "post-conversations-conversation_id-messages"
PATH = "/api/v1/conversations/{conversation_id}/messages"


def test_every_call_is_listed_with_what_goes_in_and_what_comes_out(site: Site, windows: Windows) -> None:
    page = windows.open("/docs")
    paths = httpx.get(f"{site.url}/openapi.json", trust_env=False, timeout=PATIENCE_SECONDS).json()["paths"]
    expect(page.locator(".call")).to_have_count(sum(map(len, paths.values())))
    send = page.locator(f"#{SEND}")
    expect(send.locator("summary")).to_contain_text(f"POST {PATH}")
    expect(send.locator("summary")).to_contain_text("Store a message, then acknowledge it.")
    send.locator("summary").click()
    body = send.locator("section", has=page.get_by_role("heading", name="Body")).locator(".fields > li")
    expect(body.filter(has_text="client_message_id")).to_contain_text("string · required · 1–128 characters")
    expect(body.filter(has_text="attachment_ids")).to_contain_text("[string] | null · ≤ 10 entries · each 1–200")
    statuses = ["200", "202", "401", "404", "408", "413", "422", "429", "503"]
    expect(send.locator(".answers dt")).to_have_text(statuses)
    expect(send.locator(".answers")).to_contain_text("received_at string")
    expect(send.locator(".refused").first).to_contain_text("unauthenticated")
    expect(page.get_by_text("HTTPValidationError")).to_have_count(0)


def test_the_filter_leaves_the_calls_that_hold_every_word(windows: Windows) -> None:
    page = windows.open("/docs")
    expect(page.locator("#count")).to_contain_text("calls of")
    page.keyboard.press("/")
    page.keyboard.type("post client_message_id")
    expect(page.locator(".call:visible .path")).to_have_text([PATH, "/api/v1/desk/tickets/{number}/reply"])
    expect(page.locator("#count")).to_contain_text("2 calls of")
    expect(page.locator(".group:visible")).to_have_count(2)
    page.fill("#filter", "nothing like this")
    expect(page.locator("#count")).to_have_text("No call fits.")


def test_an_address_opens_its_call_also_where_the_filter_hides_it(windows: Windows) -> None:
    page = windows.open(f"/docs#{SEND}")
    expect(page.locator(f"#{SEND} .inside")).to_be_in_viewport()
    page.fill("#filter", "metrics")
    expect(page.locator(f"#{SEND}")).to_be_hidden()
    page.evaluate("location.hash = 'get-desk-tickets'")
    expect(page.locator("#get-desk-tickets .inside")).to_be_in_viewport()
    expect(page.locator("#get-desk-tickets")).to_contain_text("default 50")


def test_the_keyboard_alone_opens_a_call(windows: Windows) -> None:
    page = windows.open("/docs")
    expect(page.locator(".call").first).to_be_visible()
    tab_to(page, f"#{SEND} summary")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{SEND} .inside")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_fits_a_narrow_window_with_every_call_open(windows: Windows, lang: str) -> None:
    page = windows.open("/docs", lang=lang, size=NARROW)
    expect(page.locator(".call").first).to_be_visible()
    fits(page)
    open_all(page)
    fits(page)


def test_the_other_language_keeps_what_is_open_and_filtered(windows: Windows) -> None:
    page = windows.open(f"/docs#{SEND}")
    page.fill("#filter", "client_message_id")
    page.get_by_role("button", name="中文").click()
    expect(page.locator(f"#{SEND} .inside")).to_contain_text("1–128 个字符")
    expect(page.locator("#count")).to_contain_text("个接口")
    expect(page.locator("h1")).to_contain_text("接口")


def open_all(page: Page) -> None:
    page.evaluate("for (const call of document.querySelectorAll('.call')) call.open = true")
