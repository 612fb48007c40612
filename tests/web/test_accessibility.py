"""axe finds nothing serious on any page, in both languages, by day and by night, wide and narrow."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from bot.app import PAGES
from tests.people import StaffMember
from tests.sites import Site
from tests.web.scene import Person
from tests.web.windows import NARROW, WIDE, WIRED, Chat, Windows

pytestmark = pytest.mark.browser
GRAVE = ("serious", "critical")
LOOKS: list[tuple[Literal["light", "dark"], dict[str, Any]]] = [
    ("light", {}),
    ("dark", {"runOnly": ["color-contrast"]}),
]
"""All of a page by day; by night only its colours are others."""


@cache
def axe() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def barriers(page: Page, where: str) -> Iterator[str]:
    """What axe finds grave on the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    for scheme, options in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("(options) => axe.run(options)", {**options, "resultTypes": ["violations"]})
        for violation in found["violations"]:
            if violation["impact"] in GRAVE:
                nodes = "; ".join(node["html"][:160] for node in violation["nodes"])
                yield f"{where}, {scheme}: {violation['id']}: {nodes}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def states(page: Page, url: str, *, ticket: int, alert: str, article: str) -> Iterator[str]:
    """Brings the page into each state that people see of it, and names it."""
    page.goto(f"{url}/desk#{ticket}")
    expect(page.locator("#story .said").first).to_be_visible()
    yield "an open ticket"
    page.locator('[data-verb="resolve"]').click()
    yield "a dialog"
    page.goto(f"{url}/alerts#{alert}")
    expect(page.locator("#after blockquote")).to_be_visible()
    yield "an open alert"
    page.goto(f"{url}/knowledge#{article}")
    page.locator('#panes [data-pane="preview"]').click()
    expect(page.locator(".answered table")).to_be_visible()
    yield "an open article"
    page.locator('#panes [data-pane="versions"]').click()
    page.locator(".versions button").first.click()
    expect(page.locator(".changes ins").first).to_be_visible()
    yield "what changed in an article"
    page.locator('[data-verb="publish"]').click()
    expect(page.locator(".checks .quiet, .checks .good").last).to_be_visible()
    yield "what publishing brings about"
    page.goto(url)
    chat = Chat(page)
    chat.say("lock is offline")
    expect(chat.bot.locator(".source")).to_be_visible()
    yield "an answer in the chat"


@pytest.mark.parametrize(("lang", "size"), [("en", WIDE), ("zh", NARROW)], ids=["en", "zh"])
def test_nobody_is_kept_out_of_what_a_page_shows(
    site: Site, windows: Windows, dan: StaffMember, cleo: StaffMember, lang: str, size: ViewportSize
) -> None:
    windows.expect_complaints("status of 503")
    grace = Person(site, "Grace Lin", language=lang)
    grace.asks("person please")
    alert = dan.post("/alerts", {"topic": "app_outage", "note": "Nobody can sign in."}, status=201)["id"]
    answer = "### First\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> [more](/docs) `code`"
    given = {"language": lang, "question": f"Axe {lang}?", "variants": ["axe"], "answer": answer, "kind": "procedure"}
    steps = [{"text": "Look.", "team": "service", "minutes": 5, "sentence": "We look."}]
    article = cleo.post("/knowledge/articles", {**given, "tags": ["axe"], "steps": steps}, status=201)["id"]
    cleo.post(f"/knowledge/articles/{article}/publish")
    cleo.post(f"/knowledge/articles/{article}/unpublish")
    page = windows.staff("admin", "/desk", lang=lang, size=size)
    shown = states(page, windows.url, ticket=dan.ticket_of(grace)["number"], alert=alert, article=article)
    found = [barrier for state in shown for barrier in barriers(page, state)]
    assert found == []


@pytest.mark.parametrize(("lang", "size"), [("en", NARROW), ("zh", WIDE)], ids=["en", "zh"])
def test_nobody_is_kept_out_of_any_page(windows: Windows, cleo: StaffMember, lang: str, size: ViewportSize) -> None:
    given = {"language": lang, "question": f"Help {lang}?", "answer": "**Yes**", "tags": [], "audience": "public"}
    article = cleo.post("/knowledge/articles", given, status=201)["id"]
    cleo.post(f"/knowledge/articles/{article}/publish")
    page = windows.staff("admin", "/desk", lang=lang, size=size)
    found: list[str] = []
    for path in PAGES:
        page.goto(windows.url + path)
        expect(page.locator(WIRED)).to_be_attached()
        found += barriers(page, path)
    for path in (f"/help/{lang}", f"/help/{lang}/{article}"):
        page.goto(windows.url + path)
        found += barriers(page, path)
    assert found == []
