"""The visitor's page while the server restarts."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from bot.dialogue.scripted import ScriptedEngine
from bot.up import ports
from tests.sites import running
from tests.web.script import in_both_languages
from tests.web.test_chat_page import client_ids
from tests.web.windows import Windows

pytestmark = pytest.mark.browser


def test_a_message_written_while_the_server_is_away_arrives_once(browser: Browser, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'firebreak.db'}"
    engine = ScriptedEngine(in_both_languages)
    tries: Counter[str] = Counter()

    def count(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/messages"):
            tries[(request.post_data_json or {})["client_message_id"]] += 1

    port = ports.reserved_port("127.0.0.1")
    with running(database, tmp_path, using=engine, port=port) as site:
        windows = Windows(browser, site.url)
        windows.expect_complaints("net::ERR_", "WebSocket connection to")
        chat = windows.chat()
        chat.say("lock is offline")
        expect(chat.bot).to_have_count(1)
    chat.page.on("request", count)
    chat.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: tries.update(client_ids(frame))))
    expect(chat.page.locator("#away")).to_be_visible()
    chat.page.fill("#message", "hello again")
    chat.page.press("#message", "Enter")
    expect(chat.own.last.locator(".receipt")).to_contain_text("Waiting for the connection")
    with running(database, tmp_path, using=engine, port=port):
        expect(chat.bot.last.locator(".bubble")).to_have_text("Hello, I am a bot.")
        expect(chat.own.last.locator(".receipt.received")).to_be_visible()
        expect(chat.page.locator("#away")).to_be_hidden()
        chat.page.reload()
        expect(chat.own.locator(".bubble")).to_have_text(["lock is offline", "hello again"])
        expect(chat.bot).to_have_count(2)
        assert len(tries) == 1, "one message has one id however often it was tried"
        assert windows.complaints == []
        windows.close()


def test_what_was_written_while_away_outlives_a_reload_of_the_page(browser: Browser, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'firebreak.db'}"
    with running(database, tmp_path, using=ScriptedEngine(in_both_languages)) as site:
        windows = Windows(browser, site.url)
        windows.expect_complaints("net::ERR_", "WebSocket connection to")
        chat = windows.chat()
        chat.say("hello")
        chat.page.context.set_offline(True)
        chat.page.fill("#message", "lock is offline")
        chat.page.press("#message", "Enter")
        expect(chat.own).to_have_count(2)
        chat.page.close()
        chat.page.context.set_offline(False)
        page = chat.page.context.new_page()
        page.goto(site.url)
        expect(page.locator(".entry.own .receipt.received")).to_have_count(2)
        expect(page.locator(".entry.bot:not(.typing) .bubble").last).to_have_text("Check the batteries first.")
        windows.close()
