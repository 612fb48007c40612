"""The main journey as people see it: the real product in a real browser, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.product import Product
from tests.web.conftest import browser
from tests.web.windows import Windows

__all__ = ["browser"]
pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.fixture
def windows(browser: Browser, product: Product) -> Iterator[Windows]:
    opened = Windows(browser, product.url)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.mark.parametrize(
    ("lang", "question", "title", "furious"),
    [
        (
            "en",
            "my smart lock is offline",
            "smart lock is offline",
            "third time, nobody helps, I am furious",
        ),
        ("zh", "智能门锁打不开了", "门锁", "第三次了，根本没人管，气死我了"),
    ],
)
def test_a_visitor_is_answered_then_handed_over_and_an_agent_takes_it(
    windows: Windows, lang: str, question: str, title: str, furious: str
) -> None:
    chat = windows.chat(lang=lang)
    chat.say(question)
    expect(chat.bot.locator(".bubble").first).to_be_visible()
    expect(chat.page.locator("main")).to_contain_text(title)
    chat.say(furious)
    number = chat.number()
    desk = windows.staff("ben", "/desk")
    desk.locator(f'.row[href="#{number}"]').click()
    expect(desk.locator("#story")).to_contain_text(question)
    desk.get_by_role("button", name="Claim").click()
    desk.fill("#text", "Good day, this is Ben.")
    desk.get_by_role("button", name="Send reply").click()
    expect(chat.agent.locator(".bubble")).to_have_text("Good day, this is Ben.")
