"""Takes the pictures of the README: `python -m tests.web.screenshots`. With a folder, every page in every guise."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from bot.dialogue.scripted import ScriptedEngine
from bot.knowledge import service
from knowledge_index import seed
from tests.sites import hire, running
from tests.web.scene import Morning, shop
from tests.web.windows import ARGUMENTS, NARROW, WIDE, Windows

ARTICLE = "smart-lock-offline"
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
GUISES = [(lang, scheme, size) for lang in ("en", "zh") for scheme in ("light", "dark") for size in (WIDE, NARROW)]
QUESTIONS = {
    "en": (
        "My smart lock is offline",
        "The light of the hub is green and nothing has changed. I would like to talk to a person.",
    ),
    "zh": ("智能门锁离线了怎么办？", "还是不行，转人工"),
}


def take(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with running(
            f"sqlite:///{data}/firebreak.db", Path(data), using=ScriptedEngine(shop), requests_per_minute=100_000
        ) as site:
            hire(site.db)
            with site.db.transaction() as session:
                service.do_seed(session, seed.articles())
            morning = Morning(site)
            morning.play()
            windows = Windows(chromium, site.url)
            if folder is None:
                _for_the_readme(windows, morning)
            else:
                for guise in GUISES:
                    _every_page(windows, morning, folder, *guise)
            windows.close()
            assert windows.complaints == []
        chromium.close()


def _for_the_readme(windows: Windows, morning: Morning) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    guise: dict[str, Any] = {"timezone_id": "UTC", "color_scheme": "light"}
    chat = _chat(windows, "en", size={"width": 1280, "height": 1060}, **guise)
    chat.screenshot(path=IMAGES / "chat.png")
    desk = windows.staff(
        "ben", f"/desk#{morning.number_of(morning.grace)}", size={"width": 1440, "height": 900}, **guise
    )
    expect(desk.locator("#open")).to_be_visible()
    desk.screenshot(path=IMAGES / "desk.png")
    page = windows.staff("cleo", f"/knowledge#{ARTICLE}.en", size={"width": 1440, "height": 900}, **guise)
    expect(page.locator(".answered li").first).to_be_visible()
    page.screenshot(path=IMAGES / "knowledge.png")


def _chat(windows: Windows, lang: str, **guise: Any) -> Page:
    chat = windows.chat(lang=lang, **guise)
    first, second = QUESTIONS[lang]
    chat.say(first)
    expect(chat.bot).to_have_count(1)
    chat.page.locator(".helpful button").first.click()
    chat.say(second)
    expect(chat.ticket).to_be_visible()
    return chat.page


def _every_page(windows: Windows, morning: Morning, folder: Path, lang: str, scheme: str, size: Any) -> None:
    guise: dict[str, Any] = {"lang": lang, "size": size, "color_scheme": scheme, "timezone_id": "UTC"}

    def keep(page: Page, name: str) -> None:
        page.wait_for_timeout(150)
        page.screenshot(path=folder / f"{name}.{lang}.{scheme}.{size['width']}.png")

    keep(windows.open("/", **guise), "welcome")
    chat = _chat(windows, **guise)
    keep(chat, "chat")
    chat.locator("#ticket-more").click()
    keep(chat, "chat-ticket")
    keep(windows.open("/sign-in", **guise), "sign-in")
    desk = windows.staff("ben", "/desk", **guise)
    expect(desk.locator(".row").first).to_be_visible()
    keep(desk, "desk-list")
    desk.goto(f"{windows.url}/desk#{morning.number_of(morning.grace)}")
    expect(desk.locator("#open")).to_be_visible()
    keep(desk, "desk-card")
    desk.locator('[data-verb="resolve"]').click()
    keep(desk, "desk-resolve")
    alerts = windows.staff("dan", "/alerts", **guise)
    keep(alerts, "alerts-list")
    alerts.locator(".row", has_text="Late delivery" if lang == "en" else "配送延误").first.click()
    expect(alerts.locator("#open")).to_be_visible()
    keep(alerts, "alerts-card")
    alerts.locator('[data-verb="confirm"]').click()
    keep(alerts, "alerts-confirm")
    knowledge = windows.staff("cleo", "/knowledge", **guise)
    keep(knowledge, "knowledge-list")
    knowledge.goto(f"{windows.url}/knowledge#{ARTICLE}.{lang}")
    for pane in ("preview", "translation", "trying", "versions", "use"):
        knowledge.locator(f'#panes [data-pane="{pane}"]').click()
        keep(knowledge, f"knowledge-{pane}")
    windows.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
