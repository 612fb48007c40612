"""The editor's journey as people see it, in the real product and both languages: written, tried, published, asked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bench.product import Product
from tests.journeys.conftest import searched
from tests.people import StaffMember, until
from tests.sites import PASSWORD
from tests.web.windows import Windows

pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.fixture
def windows(browser: Browser, product: Product) -> Iterator[Windows]:
    opened = Windows(browser, product.url)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.mark.parametrize(
    ("lang", "question", "variant", "answer", "words"),
    [
        (
            "en",
            "Can I have my parcel brought by a hot-air balloon?",
            "balloon delivery",
            "**Yes**, on calm days:\n\n- from the market square\n- up to 3 kg",
            "from the market square",
        ),
        (
            "zh",
            "可以用热气球送货吗？",
            "热气球配送",
            "**可以**，无风的日子：\n\n- 从集市广场起飞\n- 不超过 3 公斤",
            "从集市广场起飞",
        ),
    ],
    ids=["en", "zh"],
)
def test_what_cleo_publishes_on_her_page_is_what_ada_is_answered_with(
    windows: Windows, product: Product, lang: str, question: str, variant: str, answer: str, words: str
) -> None:
    cleo = StaffMember(product.url, "cleo@emberly.example", PASSWORD)
    page = windows.staff("cleo", "/knowledge", lang=lang)
    page.locator("#new").click()
    expect(page.locator("#question")).to_be_focused()
    page.fill("#question", question)
    page.fill("#answer", answer)
    page.locator("#variants input").last.fill(variant)
    expect(page.locator(".answered li").first).to_have_text(words)
    page.locator('#panes [data-pane="trying"]').click()
    tried = page.locator('[data-part="try"]')
    tried.locator("button").click()
    expect(tried.locator(".side-by").last.locator(".badge.published")).to_be_visible()
    expect(tried.locator(".side-by").first.locator(".badge.published")).to_have_count(0)
    page.locator('[data-verb="publish"]').click()
    expect(page.locator("dialog .checks .good, dialog .finding").first).to_be_visible()
    page.locator("dialog .main").click()
    expect(page.locator("#standing .badge.published")).to_be_visible()
    article_id = page.evaluate("location.hash.slice(1)")
    until(lambda: is_found(cleo, question, lang, article_id), what="the search does not find it")
    ada = windows.chat(lang=lang)
    ada.say(question)
    expect(ada.bot.locator(".bubble li").first).to_have_text(words)
    expect(ada.bot.locator(".source").first).to_contain_text(question)


def is_found(cleo: StaffMember, question: str, language: str, article_id: str) -> bool:
    found = searched(cleo, question, language)
    return article_id in [hit["article_id"] for hit in found["hits"]]
