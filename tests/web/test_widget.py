"""The chat on somebody else's site, by `widget.js`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.dialogue.scripted import ScriptedEngine
from tests.sites import running
from tests.web.script import in_both_languages
from tests.web.windows import WIRED, Windows

pytestmark = pytest.mark.browser


@contextmanager
def shop() -> Iterator[tuple[str, dict[str, str]]]:
    """A site of its own: its origin, and a place for the address of the script that its page names."""
    named = {"script": ""}

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f'<!doctype html><title>Shop</title><h1>Shop</h1><script src="{named["script"]}" defer></script>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}", named
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("is_allowed", [True, False])
def test_the_chat_opens_on_the_sites_that_the_setting_names(browser: Browser, tmp_path: Path, is_allowed: bool) -> None:
    with (
        shop() as (origin, named),
        running(
            f"sqlite:///{tmp_path / 'firebreak.db'}",
            tmp_path,
            using=ScriptedEngine(in_both_languages),
            allowed_origins=origin if is_allowed else "",
        ) as site,
    ):
        named["script"] = f"{site.url}/widget.js"
        windows = Windows(browser, origin)
        windows.expect_complaints("favicon", *([] if is_allowed else ["frame-ancestors"]))
        page = windows.open("/")
        page.keyboard.press("Tab")
        if is_allowed:
            page.keyboard.press("Enter")
            asks_and_closes(page)
        else:
            with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
                page.keyboard.press("Enter")
        windows.close()
        assert windows.complaints == []


def asks_and_closes(page: Page) -> None:
    """In the frame that the widget has opened."""
    frame = page.frames[1]
    expect(frame.locator(WIRED)).to_be_attached()
    frame.fill("#message", "lock is offline")
    frame.press("#message", "Enter")
    expect(frame.locator(".entry.bot .source")).to_be_visible()
    frame.locator("#close").click()
    page.wait_for_function("document.activeElement.localName === 'firebreak-chat'")
