"""What holds on every page: no markup from people, no sideways scrolling, the keyboard alone is enough."""

import pytest
from playwright.sync_api import Page, expect

from tests.people import Ada, StaffMember
from tests.sites import PASSWORD, Site
from tests.web.scene import Person
from tests.web.windows import NARROW, Chat, Windows

pytestmark = pytest.mark.browser
MARKUP = "<img src=x onerror=alert(1)>"
OVERRIDE = "\u202e"
LONG = "https://emberly.example/" + "x" * 300
MOST_TABS = 40


def test_markup_is_shown_as_the_text_that_it_is(site: Site, windows: Windows, dan: StaffMember) -> None:
    chat = windows.chat()
    chat.say(f"echo {MARKUP}")
    expect(chat.bot.locator(".bubble")).to_have_text(f"echo {MARKUP}")
    expect(chat.bot.locator(".source")).to_contain_text(MARKUP)
    chat.say(f"person {MARKUP}")
    number = chat.number()
    desk = windows.staff("ben", "/desk")
    desk.locator(f'.row[href="#{number}"]').click()
    expect(desk.locator("#card-title")).to_contain_text("<img")
    expect(desk.locator("#story")).to_contain_text(f"person {MARKUP}")
    desk.get_by_role("button", name="Claim").click()
    desk.fill("#text", f"Ben {MARKUP}")
    desk.get_by_role("button", name="Send reply").click()
    expect(chat.agent.locator(".bubble")).to_have_text(f"Ben {MARKUP}")
    people = [Ada(site.url) for _ in range(6)]
    for person in people:
        person.asks(f"defect {MARKUP}")
    alerts = windows.staff("dan", "/alerts")
    alerts.locator(".row", has_text="Defective product").click()
    expect(alerts.locator("#people .words").first).to_have_text(f"defect {MARKUP}")
    for page in (chat.page, desk, alerts):
        assert page.locator("img[src='x']").count() == 0


def test_an_override_in_somebodys_words_turns_nothing_around_it(windows: Windows, dan: StaffMember, site: Site) -> None:
    """And a word without an end breaks, at 360 pixels, wherever people's words are shown."""
    hostile = f"person {OVERRIDE}{LONG}"
    ada = Person(site, f"{OVERRIDE}{'W' * 150}")
    ada.asks(hostile)
    number = dan.ticket_of(ada)["number"]
    dan.post(f"/desk/tickets/{number}/note", {"text": hostile})
    dan.post(f"/desk/tickets/{number}/transfer", {"team": "service", "reason": hostile[:500]})
    page = windows.staff("dan", "/desk", size=NARROW)
    page.locator(f'.row[href="#{number}"]').click()
    expect(page.locator("#story")).to_contain_text("person")
    fits(page)
    assert turning(page) == []
    alert = dan.post("/alerts", {"topic": "app_outage", "note": hostile}, status=201)["id"]
    page.goto(f"{windows.url}/alerts#{alert}")
    expect(page.locator("#after blockquote")).to_be_visible()
    fits(page)
    assert turning(page) == []


def turning(page: Page) -> list[str]:
    """Elements within a line whose words could turn those beside them."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
          .filter((node) => node.checkVisibility() && getComputedStyle(node).display === "inline")
          .filter((node) => /[\\u202a-\\u202e]/.test(node.textContent))
          .filter((node) => !getComputedStyle(node).unicodeBidi.includes("isolate"))
          .map((node) => node.localName)"""
    )
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_scrolls_sideways_at_360_pixels(windows: Windows, dan: StaffMember, lang: str) -> None:
    """One window goes through them all, with a ticket open, its details and its dialogs."""
    page = windows.staff("admin", "/alerts", size=NARROW, lang=lang)
    expect(page.locator("#count")).not_to_be_empty()
    fits(page)
    page.locator("#raise").click()
    fits(page)
    page.locator("dialog select").select_option("staff_attitude")
    page.locator("dialog textarea").fill(LONG)
    page.locator("dialog .main").click()
    expect(page.locator("#after blockquote")).to_be_visible()
    fits(page)
    page.goto(windows.url)
    chat = Chat(page)
    expect(page.locator(".starter").first).to_be_visible()
    fits(page)
    chat.say(LONG)
    expect(page.locator(".choice")).to_be_visible()
    chat.say("person please")
    number = chat.number()
    page.locator("#ticket-more").click()
    fits(page)
    page.goto(f"{windows.url}/desk")
    expect(page.locator(".row").first).to_be_visible()
    fits(page)
    page.locator(f'.row[href="#{number}"]').click()
    expect(page.locator("#story .said").first).to_be_visible()
    fits(page)
    page.locator('[data-verb="resolve"]').click()
    fits(page)
    page.goto(f"{windows.url}/sign-in")
    expect(page.locator("#submit")).not_to_be_empty()
    fits(page)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_help_page_fits_and_is_read_by_keyboard(windows: Windows, cleo: StaffMember, lang: str) -> None:
    answer = f"{LONG}\n\n| {'a' * 30} | {'b' * 30} | {'c' * 30} |\n|---|---|---|\n| 1 | 2 | 3 |"
    words = {"language": lang, "question": f"{'W' * 60}{lang}?", "answer": answer, "category": f"{'x' * 60}/y"}
    article = cleo.post("/knowledge/articles", {**words, "tags": [], "audience": "public"}, status=201)["id"]
    cleo.post(f"/knowledge/articles/{article}/publish")
    page = windows.open(f"/help/{lang}", lang=lang, size=NARROW)
    skip = page.locator(".skip")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    fits(page)
    page.fill("[name=q]", "W" * 60)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.wait_for_load_state()
    found = f'.questions a[href$="{article}"]'
    expect(page.locator(found)).to_be_visible()
    fits(page)
    tab_to(page, found)
    page.keyboard.press("Enter")
    expect(page.locator("article table")).to_be_visible()
    page.wait_for_load_state()
    beyond = "[...document.querySelectorAll('body > *')].filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert page.evaluate(beyond) == 0


def test_a_whole_turn_by_keyboard(windows: Windows) -> None:
    chat = windows.chat()
    tab_to(chat.page, "#message")
    chat.page.keyboard.type("lock is offline")
    chat.page.keyboard.press("Enter")
    expect(chat.bot).to_have_count(1)
    tab_to(chat.page, '[aria-label="Yes, this helped"]', back=True)
    chat.page.keyboard.press("Enter")
    expect(chat.bot.locator("p.helpful")).to_be_visible()
    tab_to(chat.page, "#message")
    chat.page.keyboard.type("gibberish")
    chat.page.keyboard.press("Enter")
    expect(chat.bot).to_have_count(2)
    expect(chat.page.locator("#message")).to_be_focused()
    tab_to(chat.page, ".choice", back=True)
    chat.page.keyboard.press("Enter")
    expect(chat.ticket).to_be_visible()
    tab_to(chat.page, "#ticket-more", back=True)
    chat.page.keyboard.press("Space")
    expect(chat.page.locator("#ticket-details")).to_be_visible()


def test_claiming_and_answering_by_keyboard(ada: Ada, windows: Windows, ben: StaffMember) -> None:
    ada.asks("person please")
    number = ben.ticket_of(ada)["number"]
    page = windows.open("/sign-in?next=/desk")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type("ben@emberly.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator(f'.row[href="#{number}"]')).to_be_visible()
    tab_to(page, f'.row[href="#{number}"]', most=200)
    page.keyboard.press("Enter")
    expect(page.locator("#open")).to_be_visible()
    tab_to(page, '[data-verb="claim"]', most=200)
    page.keyboard.press("Enter")
    expect(page.locator("#by")).to_contain_text("held by Ben")
    page.keyboard.press("r")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Good day")
    page.keyboard.press("Control+Enter")
    ada.hears(lambda message: message["text"] == "Good day")


def test_single_keys_move_through_the_list_and_claim(ada: Ada, windows: Windows, ben: StaffMember) -> None:
    ada.asks("person please")
    number = ben.ticket_of(ada)["number"]
    page = windows.staff("ben", "/desk")
    expect(page.locator(".row").first).to_be_visible()
    for _ in range(len(ben.tickets())):
        page.keyboard.press("j")
        if page.evaluate("location.hash") == f"#{number}":
            break
    expect(page.locator("#standing")).to_contain_text(f"#{number}")
    page.keyboard.press("c")
    expect(page.locator("#by")).to_contain_text("held by Ben")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next in the list")


def fits(page: Page) -> None:
    """Nothing reaches beyond the window, seen or hidden behind its edge."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    within = "[...document.querySelectorAll('dialog[open]')].filter((one) => one.scrollWidth > one.clientWidth).length"
    assert page.evaluate(within) == 0
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((node) => node.checkVisibility() && !node.closest(".unseen, .skip, svg"))
          .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
          .map((node) => `${node.localName}.${node.className}`)"""
    )
    assert beyond == []


def tab_to(page: Page, selector: str, *, back: bool = False, most: int = MOST_TABS) -> None:
    """Press Tab until what `selector` names has the focus."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{most} tabs do not reach {selector}")
