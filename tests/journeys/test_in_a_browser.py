"""The main journey as people see it: the real product in a real browser, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.product import Product
from tests.web.windows import Chat, Windows

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


def test_a_conversation_is_there_again_after_the_browser_was_closed(windows: Windows) -> None:
    first = windows.chat(lang="zh")
    first.say("智能门锁打不开了")
    expect(first.bot.locator(".bubble").first).to_be_visible()
    kept = first.page.context.storage_state()
    first.page.context.close()
    again = Chat(windows.open("/", lang="zh", storage_state=kept))
    expect(again.own.locator(".bubble")).to_have_text("智能门锁打不开了")
    expect(again.bot.locator(".bubble").first).to_be_visible()
    again.say("怎么开发票？")
    expect(again.bot).to_have_count(2)


def test_two_tabs_show_one_conversation(windows: Windows) -> None:
    left = windows.chat()
    left.say("my smart lock is offline")
    expect(left.bot).to_have_count(1)
    right = Chat(left.page.context.new_page())
    right.page.goto(windows.url)
    expect(right.own.locator(".bubble")).to_have_text("my smart lock is offline")
    right.say("How long does a refund take?")
    for tab in (left, right):
        expect(tab.own).to_have_count(2)
        expect(tab.bot).to_have_count(2)
        expect(tab.bot.locator(".bubble").last).to_contain_text("working days")
