"""Browser windows as people use them: a visitor's and a staff member's, and what a page must never do."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright._impl._api_structures import SetCookieParam as Cookie
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from tests.people import PATIENCE_SECONDS
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
PATIENCE_MS = 60_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
SCRIPTLESS = "/static/logo.svg"
WIRED = "html[data-ready], firebreak-chat"
"""What the script of a page of ours, or of a shop's with the widget, brings last: before it, keys go nowhere."""
REPORT_VIOLATIONS = """
  addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective}`));
"""


Guise = tuple[str, int, str | None]
"""A window's language and width, and who is signed in."""


@dataclass
class Kept:
    """What outlives a test, because starting it costs most of one: sessions of the staff, and wiped windows."""

    cookies: dict[str, Cookies] = field(default_factory=dict)
    windows: dict[Guise, list[Page]] = field(default_factory=lambda: defaultdict(list))


class Windows:
    """Each window has its own storage and cookies, and takes down every complaint of its pages."""

    def __init__(self, browser: Browser, url: str, kept: Kept | None = None) -> None:
        """`kept`: shared with other tests of the same site; without it every window is new."""
        self.url = url
        self.complaints: list[str] = []
        self._kept = kept
        self._cookies = kept.cookies if kept else {}
        self._browser = browser
        self._open: list[tuple[Page, Guise | None]] = []
        self._expected: list[str] = []
        expect.set_options(timeout=PATIENCE_MS)

    def expect_complaints(self, *parts: str) -> None:
        """What holds one of `parts` is no complaint: the test brings it about."""
        self._expected += parts

    def open(
        self,
        path: str,
        *,
        lang: str = "en",
        size: ViewportSize = WIDE,
        who: str | None = None,
        lasting: bool = True,
        **more: Any,
    ) -> Page:
        """A window on `path` in a browser that speaks `lang`; with `more` settings of the browser, always a new one.

        Not `lasting`: nobody gets it again, since something is done to it that cannot be undone.
        """
        guise = (lang, size["width"], who) if self._kept and lasting and not more else None
        idle = self._kept.windows[guise] if self._kept and guise else []
        page = idle.pop() if idle else self._new(lang, size, who, more)
        self._open.append((page, guise))
        for event, listener in self._listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
        page.goto(self.url + path)
        expect(page.locator(WIRED)).to_be_attached()
        return page

    def chat(self, **more: Any) -> "Chat":
        return Chat(self.open("/", **more))

    def staff(self, name: str, path: str, **more: Any) -> Page:
        """A window in which `name` is signed in, on `path`."""
        page = self.open(path, who=name, **more)
        expect(page.locator("#connection[data-live=true]")).to_be_attached()
        return page

    def close(self) -> None:
        while self._open:
            page, guise = self._open.pop()
            if guise is None or self._kept is None:
                page.context.close()
            else:
                self._wipe(page)
                self._kept.windows[guise].append(page)

    @property
    def _listeners(self) -> dict[str, Any]:
        return {"console": self._heard, "pageerror": self._failed, "dialog": self._asked}

    def _new(self, lang: str, size: ViewportSize, who: str | None, more: dict[str, Any]) -> Page:
        locale = "zh-CN" if lang == "zh" else "en-GB"
        context = self._browser.new_context(locale=locale, viewport=size, reduced_motion="reduce", **more)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        context.add_cookies([*self._cookies_of(who)] if who else [])
        return context.new_page()

    def _wipe(self, page: Page) -> None:
        """Leave nothing of a test in its window but who is signed in."""
        for other in page.context.pages:
            if other != page:
                other.close()
        page.unroute_all()
        page.goto(self.url + SCRIPTLESS)
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        for event, listener in self._listeners.items():
            page.remove_listener(event, listener)

    def _cookies_of(self, name: str) -> Cookies:
        if name not in self._cookies:
            account = {"email": f"{name}@emberly.example", "password": PASSWORD}
            answer = httpx.post(
                f"{self.url}/api/v1/staff/login", json=account, trust_env=False, timeout=PATIENCE_SECONDS
            )
            cookies = answer.raise_for_status().cookies
            self._cookies[name] = [Cookie(name=key, value=cookies[key], url=self.url) for key in cookies]
        return self._cookies[name]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"{message.location.get('url', '')}: {message.text}")

    def _failed(self, error: Error) -> None:
        self._complain(str(error))

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
