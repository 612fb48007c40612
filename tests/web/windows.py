"""Browser windows as people use them: a visitor's and a staff member's, and what a page must never do."""

import re
from collections.abc import Sequence
from typing import Any

import httpx
from playwright._impl._api_structures import SetCookieParam as Cookie
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from tests.sites import PASSWORD

Cookies = Sequence[Cookie]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
REPORT_VIOLATIONS = """
  addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective}`));
"""


class Windows:
    """Each window has its own storage and cookies, and takes down every complaint of its pages."""

    def __init__(self, browser: Browser, url: str, sessions: dict[str, Cookies] | None = None) -> None:
        """`sessions`: of the staff who signed in before, by name; shared with other tests."""
        self.url = url
        self._sessions = {} if sessions is None else sessions
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._expected: list[str] = []
        expect.set_options(timeout=PATIENCE_MS)

    def expect_complaints(self, *parts: str) -> None:
        """What holds one of `parts` is no complaint: the test brings it about."""
        self._expected += parts

    def open(
        self, path: str, *, lang: str = "en", size: ViewportSize = WIDE, cookies: Cookies = (), **more: Any
    ) -> Page:
        """A new window on `path`, in a browser that speaks `lang`."""
        locale = "zh-CN" if lang == "zh" else "en-GB"
        context = self._browser.new_context(locale=locale, viewport=size, reduced_motion="reduce", **more)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        context.add_cookies([*cookies])
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._complain(f"{page.url}: {error}"))
        page.on("dialog", self._asked)
        page.goto(self.url + path)
        return page

    def chat(self, **more: Any) -> "Chat":
        return Chat(self.open("/", **more))

    def staff(self, name: str, path: str, **more: Any) -> Page:
        """A window in which `name` is signed in, on `path`."""
        page = self.open(path, cookies=self._cookies_of(name), **more)
        expect(page.locator("#connection[data-live=true]")).to_be_attached()
        return page

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()

    def _cookies_of(self, name: str) -> Cookies:
        if name not in self._sessions:
            account = {"email": f"{name}@emberly.example", "password": PASSWORD}
            answer = httpx.post(f"{self.url}/api/v1/staff/login", json=account, trust_env=False)
            cookies = answer.raise_for_status().cookies
            self._sessions[name] = [Cookie(name=key, value=cookies[key], url=self.url) for key in cookies]
        return self._sessions[name]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"{message.location.get('url', '')}: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self._complain(f"a page called {dialog.type}()")
        dialog.dismiss()

    def _complain(self, text: str) -> None:
        if not any(part in text for part in self._expected):
            self.complaints.append(text)


class Chat:
    """The visitor's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.own = page.locator(".entry.own")
        self.bot = page.locator(".entry.bot:not(.typing)")
        self.agent = page.locator(".entry.agent:not(.typing)")
        self.events = page.locator(".entry.event")
        self.ticket = page.locator("#ticket")

    def say(self, text: str) -> Locator:
        """Send; the entry, once it is marked as received."""
        self.page.fill("#message", text)
        self.page.press("#message", "Enter")
        entry = self.own.last
        expect(entry.locator(".bubble")).to_have_text(text)
        expect(entry.locator(".receipt.received")).to_be_visible()
        return entry

    def asks_for_a_person(self) -> int:
        """Say so; the ticket's number."""
        self.say("person please")
        return self.number()

    def number(self) -> int:
        """The number of the ticket that the page shows, once it does."""
        expect(self.ticket).to_be_visible()
        shown = re.search(r"\d+", self.page.locator("#ticket-line").inner_text())
        assert shown is not None
        return int(shown[0])
