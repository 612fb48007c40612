"""The visitor's page in a real browser."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Request, Route, WebSocket, expect
from sqlalchemy import select

from bot.chat.models import Feedback
from bot.chat.socket import CustomerLine
from bot.core import clock
from tests.people import until
from tests.sites import Site
from tests.web.windows import Chat, Windows

pytestmark = pytest.mark.browser

RECORD_ORDER = """
  window.order = {};
  const places = { tick: ".entry.own .receipt.received", answer: ".entry.bot:not(.typing)" };
  let batch = 0;
  new MutationObserver(() => {
    batch += 1;
    for (const [name, place] of Object.entries(places))
      if (!(name in window.order) && document.querySelector(place)) window.order[name] = batch;
  }).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(
    ("lang", "question", "answer", "source"),
    [
        ("en", "lock is offline", "Check the batteries first.", "From our article “My smart lock is offline”"),
        ("zh", "门锁打不开了", "请先检查电池。", "来自知识条目“智能门锁打不开了”"),
    ],
)
def test_a_question_is_ticked_then_answered_with_its_source_and_can_be_rated(
    windows: Windows, lang: str, question: str, answer: str, source: str
) -> None:
    chat = windows.chat(lang=lang)
    chat.page.evaluate(RECORD_ORDER)
    expect(chat.page.locator("html")).to_have_attribute("lang", "zh-Hans" if lang == "zh" else "en")
    chat.say(question)
    expect(chat.bot.locator(".bubble")).to_have_text(answer)
    expect(chat.bot.locator(".source")).to_have_text(source)
    seen = chat.page.evaluate("window.order")
    assert seen["tick"] < seen["answer"]
    chat.page.get_by_role("button", name="Yes, this helped" if lang == "en" else "有帮助", exact=True).click()
    expect(chat.bot.locator("p.helpful")).to_have_text("Thank you, good to know." if lang == "en" else "谢谢您的反馈。")


def test_a_rating_outlives_a_reload(windows: Windows) -> None:
    chat = windows.chat()
    chat.say("lock is offline")
    chat.page.get_by_role("button", name="No, this did not help").click()
    expect(chat.bot.locator("p.helpful")).to_be_visible()
    chat.page.reload()
    expect(chat.bot.locator("p.helpful")).to_have_text("Thank you. We will improve this answer.")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_two_misses_bring_an_offer_and_then_a_ticket(windows: Windows, lang: str) -> None:
    first, second = ("gibberish", "more of it") if lang == "en" else ("天书一样的话", "还是天书")
    chat = windows.chat(lang=lang)
    chat.say(first)
    offer = chat.page.get_by_role("group", name="Choices" if lang == "en" else "选项").get_by_role("button")
    expect(offer).to_have_text("Talk to a person" if lang == "en" else "转人工客服")
    chat.say(second)
    expect(chat.ticket).to_be_visible()
    number = str(chat.number())
    expect(chat.events.last).to_contain_text(number)
    team, due = ("Service", r"\d\d:\d\d") if lang == "en" else ("客服组", r"\d\d:\d\d")
    expect(chat.events.last).to_contain_text(team)
    expect(chat.page.locator("#ticket-line")).to_have_text(re.compile(rf"{number}.*{due}"))
    expect(chat.page.locator("#human")).to_be_hidden()
    expect(offer).to_be_disabled()
    chat.page.locator("#ticket-more").click()
    expect(chat.page.locator("#ticket-details")).to_contain_text(team)


def test_a_tap_on_the_offer_calls_a_person(windows: Windows) -> None:
    chat = windows.chat()
    chat.say("gibberish")
    chat.page.locator(".choice").click()
    expect(chat.own.last.locator(".bubble")).to_have_text("Talk to a person")
    expect(chat.ticket).to_be_visible()
    expect(chat.page.locator("#state")).to_have_text("You are in the queue for a person")


def test_the_button_below_calls_a_person_too(windows: Windows) -> None:
    chat = windows.chat()
    chat.page.locator("#human").click()
    expect(chat.ticket).to_be_visible()


def test_a_starter_is_a_question_at_one_tap(windows: Windows) -> None:
    chat = windows.chat()
    chat.page.locator(".starter").first.click()
    expect(chat.own.locator(".bubble")).to_have_text("My smart lock is offline")
    expect(chat.page.locator(".welcome")).to_be_hidden()


def test_a_reload_resumes_the_conversation(windows: Windows) -> None:
    chat = windows.chat()
    chat.say("lock is offline")
    expect(chat.bot).to_have_count(1)
    number = chat.asks_for_a_person()
    chat.page.reload()
    expect(chat.own.locator(".bubble")).to_have_text(["lock is offline", "person please"])
    expect(chat.bot).to_have_count(1)
    expect(chat.page.locator("#ticket-line")).to_contain_text(str(number))
    chat.say("one more thing")
    expect(chat.own).to_have_count(3)


def test_another_window_of_the_same_browser_shows_the_same_conversation(windows: Windows) -> None:
    chat = windows.chat()
    chat.say("lock is offline")
    other = chat.page.context.new_page()
    other.goto(chat.page.url)
    expect(other.locator(".entry.own .bubble")).to_have_text("lock is offline")
    chat.say("hello again")
    expect(other.locator(".entry.own .bubble")).to_have_text(["lock is offline", "hello again"])


def test_a_message_whose_receipt_was_lost_is_sent_again_and_stands_once(windows: Windows) -> None:
    windows.expect_complaints("net::ERR_FAILED")
    chat = windows.chat()
    tries: list[str] = []

    def lose_the_first(route: Route) -> None:
        tries.append((route.request.post_data_json or {})["client_message_id"])
        if len(tries) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: tries.extend(client_ids(frame)))

    chat.page.on("websocket", listen)
    chat.page.route(re.compile(r"/messages$"), lose_the_first)
    chat.say("hello there")
    expect(chat.bot.locator(".bubble")).to_have_text("Hello, I am a bot.")
    assert len(tries) >= 2
    assert len(set(tries)) == 1
    chat.page.reload()
    expect(chat.bot).to_have_count(1)
    expect(chat.own).to_have_count(1)


def test_the_language_changes_in_place(windows: Windows) -> None:
    chat = windows.chat()
    chat.say("lock is offline")
    chat.page.fill("#message", "half a")
    chat.page.get_by_role("button", name="中文").click()
    expect(chat.page.locator("h1")).to_have_text("Emberly 客服")
    expect(chat.bot.locator(".source")).to_contain_text("来自知识条目")
    expect(chat.page.locator("#message")).to_have_value("half a")
    chat.page.reload()
    expect(chat.page.locator("h1")).to_have_text("Emberly 客服")


def test_a_message_that_is_too_long_waits_to_be_shortened(windows: Windows) -> None:
    chat = windows.chat()
    chat.page.fill("#message", "x" * 4_003)
    expect(chat.page.locator("#send")).to_be_disabled()
    expect(chat.page.locator("#counter")).to_have_text("3 characters too many")
    chat.page.press("#message", "Enter")
    expect(chat.own).to_have_count(0)


def client_ids(frame: str | bytes) -> list[str]:
    sent = json.loads(frame)
    return [sent["client_message_id"]] if sent["type"] == "message" else []


def test_the_page_comes_back_when_its_line_ends_with_a_token_that_was_renewed(site: Site, windows: Windows) -> None:
    """What the server closes for the token's end is opened again, with the one that the page keeps: its calls wait
    until this test looks at the page again, when that token is good."""
    chat = windows.chat()
    chat.say("hello")
    expect(chat.bot).to_have_count(1)
    (line,) = until(lambda: open_lines(site, chat))
    chat.page.route("**/api/v1/conversations/**", lambda route: route.continue_())
    with clock.travel(timedelta(days=31)):
        until(lambda: line not in site.app.state.sockets, what="the line outlived its token")
    until(lambda: open_lines(site, chat), what="the page did not come back")
    chat.say("hello again")
    expect(chat.bot).to_have_count(2)


def test_who_was_not_helped_may_say_why(site: Site, windows: Windows) -> None:
    chat = windows.chat(lang="zh")
    chat.say("门锁打不开")
    chat.page.get_by_role("button", name="没有帮助").click()
    chat.page.get_by_role("button", name="看不懂").click()
    expect(chat.page.locator(".rated")).to_have_text("谢谢，已记录。")
    chat.page.reload()
    expect(chat.page.locator(".rated")).to_have_text("谢谢，已记录。")
    conversation = json.loads(chat.page.evaluate("localStorage['firebreak.conversation']"))["conversation_id"]
    with site.db.snapshot() as session:
        (told,) = session.scalars(select(Feedback).where(Feedback.conversation_id == conversation))
        assert (told.helpful, told.reason) == (False, "看不懂")


def test_an_open_page_renews_its_token_when_half_of_its_life_is_over(site: Site, windows: Windows) -> None:
    """Only pages whose line is open renew it by themselves, and the browser opens it in its own time: the page's clock
    moves on until the page asks, in steps that end no call of the page."""
    chat = windows.chat(timezone_id="UTC")
    page = chat.page
    page.clock.install()
    page.reload()
    chat.say("hello")
    expect(chat.bot).to_have_count(1)
    until(lambda: open_lines(site, chat), what="the page opened no line")
    before = page.evaluate("localStorage['firebreak.conversation']")
    page.evaluate(
        """() => {
          const held = JSON.parse(localStorage["firebreak.conversation"]);
          localStorage["firebreak.conversation"] = JSON.stringify({ ...held, renew_at: 0 });
        }"""
    )
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))

    def asked_when_time_goes_on() -> list[Request]:
        page.clock.fast_forward(5_000)
        return [request for request in requests if request.url.endswith("/token")]

    asked = until(asked_when_time_goes_on, what="the page asked for no new token")
    answer = asked[0].response()
    assert answer is not None
    assert answer.status == 200
    page.wait_for_function("(before) => localStorage['firebreak.conversation'] !== before", arg=before)
    chat.say("hello again")
    expect(chat.bot).to_have_count(2)


def open_lines(site: Site, chat: Chat) -> list[CustomerLine]:
    held = json.loads(chat.page.evaluate("localStorage['firebreak.conversation'] ?? '{}'"))
    lines = [line for line in [*site.app.state.sockets] if isinstance(line, CustomerLine)]
    return [line for line in lines if line.socket.path_params["conversation_id"] == held.get("conversation_id")]
