"""The agents' page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.people import Ada, StaffMember, until
from tests.sites import Site
from tests.web.windows import Windows

pytestmark = pytest.mark.browser


def row(page: Page, ada: Ada, ben: StaffMember) -> int:
    """The number of her ticket, once it stands in the list of `page`."""
    number: int = ben.ticket_of(ada)["number"]
    expect(page.locator(f'.row[href="#{number}"]')).to_be_visible()
    return number


def test_an_agent_answers_and_the_visitor_sees_it_live(windows: Windows) -> None:
    chat = windows.chat()
    number = chat.asks_for_a_person()
    desk = windows.staff("ben", "/desk")
    desk.locator(f'.row[href="#{number}"]').click()
    expect(desk.locator("#story")).to_contain_text("person please")
    expect(desk.locator("#facts .reasons li").first).to_be_visible()
    desk.get_by_role("button", name="Claim").click()
    expect(chat.events.last).to_contain_text("Ben from Service has taken over")
    expect(chat.page.locator("#state")).to_have_text("You are talking to a person")
    desk.fill("#text", "Good day, this is Ben.")
    expect(chat.page.locator(".typing")).to_be_visible()
    desk.get_by_role("button", name="Send reply").click()
    expect(chat.agent.locator(".bubble")).to_have_text("Good day, this is Ben.")
    expect(chat.agent.locator(".who")).to_contain_text("Ben")
    expect(chat.page.locator("#state")).to_have_text("You are talking to Ben")
    chat.say("lock is offline")
    expect(desk.locator("#story")).to_contain_text("lock is offline")
    desk.get_by_role("button", name="Resolve").click()
    desk.get_by_label("What was done").fill("Batteries were empty.")
    desk.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(chat.page.locator("#state")).to_have_text("Closed. Write again at any time")
    expect(chat.events.last).to_contain_text("solved")
    expect(chat.bot).to_have_count(0)


def numbers(desk: Page) -> list[int]:
    """Of the tickets in the list, from top to bottom."""
    links = desk.locator(".row").evaluate_all("rows => rows.map((one) => one.getAttribute('href'))")
    return [int(link.removeprefix("#")) for link in links]


def test_the_list_stands_in_working_order(site: Site, windows: Windows, ben: StaffMember) -> None:
    calm, burning = Ada(site.url), Ada(site.url, language="zh")
    calm.asks("person please")
    desk = windows.staff("ben", "/desk")
    later = row(desk, calm, ben)
    burning.asks("门锁冒烟了")
    first = row(desk, burning, ben)
    until(lambda: numbers(desk) == [ticket["number"] for ticket in ben.tickets()])
    assert numbers(desk).index(first) < numbers(desk).index(later)
    expect(desk.locator(f'.row[href="#{first}"] .badge.urgent')).to_be_visible()


def test_a_reply_that_the_customer_has_overtaken_is_held_back_and_kept(
    ada: Ada, windows: Windows, ben: StaffMember
) -> None:
    windows.expect_complaints("status of 409")
    ada.asks("person please")
    desk = windows.staff("ben", "/desk", lasting=False)
    number = row(desk, ada, ben)
    ben.post(f"/desk/tickets/{number}/claim")
    desk.route_web_socket("**/desk/ws", lambda _: None)
    desk.goto(f"{windows.url}/desk#{number}")
    desk.reload()
    desk.fill("#text", "The old answer")
    ada.say("something new")
    desk.get_by_role("button", name="Send reply").click()
    expect(desk.locator("#problem")).to_contain_text("The customer has written again")
    expect(desk.locator("#story .said.customer").last).to_contain_text("New message")
    expect(desk.locator("#text")).to_have_value("The old answer")
    desk.get_by_role("button", name="Send reply").click()
    expect(desk.locator("#story .said.agent")).to_contain_text("The old answer")
    assert [message["text"] for message in ada.messages() if message["author"] == "agent"] == ["The old answer"]


@pytest.mark.parametrize(("verb", "after"), [("Resolve", "closed"), ("Return to bot", "bot")])
def test_nothing_is_settled_or_given_back_before_the_agent_saw_the_last_message(
    ada: Ada, windows: Windows, ben: StaffMember, verb: str, after: str
) -> None:
    windows.expect_complaints("status of 409")
    ada.asks("person please")
    desk = windows.staff("ben", "/desk", lasting=False)
    number = row(desk, ada, ben)
    ben.post(f"/desk/tickets/{number}/claim")
    desk.route_web_socket("**/desk/ws", lambda _: None)
    desk.goto(f"{windows.url}/desk#{number}")
    desk.reload()
    desk.get_by_role("button", name=verb).click()
    dialog = desk.get_by_role("dialog")
    summary = dialog.get_by_label("What was done")
    if verb == "Resolve":
        summary.fill("Sent anew.")
    ada.say("the new one is broken too")
    dialog.get_by_role("button", name=verb).click()
    expect(dialog.locator(".error")).to_contain_text("the new one is broken too")
    expect(desk.locator("#story .said.customer").last).to_contain_text("New message")
    assert ada.state() == "agent"
    if verb == "Resolve":
        expect(summary).to_have_value("Sent anew.")
    dialog.get_by_role("button", name=verb).click()
    expect(dialog).to_have_count(0)
    assert ada.state() == after


def test_what_is_begun_is_kept_by_ticket(ada: Ada, windows: Windows, ben: StaffMember) -> None:
    ada.asks("person please")
    desk = windows.staff("ben", "/desk")
    number = row(desk, ada, ben)
    desk.locator(f'.row[href="#{number}"]').click()
    desk.get_by_role("button", name="Internal note").click()
    desk.fill("#text", "She has the blue model")
    desk.reload()
    desk.get_by_role("button", name="Internal note").click()
    expect(desk.locator("#text")).to_have_value("She has the blue model")
    desk.get_by_role("button", name="Save note").click()
    expect(desk.locator("#story .note")).to_contain_text("She has the blue model")
    assert all("blue model" not in message["text"] for message in ada.messages())


def test_names_of_teams_come_from_the_policy_in_the_language_of_the_page(
    ada: Ada, windows: Windows, ben: StaffMember
) -> None:
    ada.asks("person please")
    desk = windows.staff("ben", "/desk")
    number = row(desk, ada, ben)
    desk.locator(f'.row[href="#{number}"]').click()
    expect(desk.locator("#by")).to_contain_text("Service")
    expect(desk.locator("#team option")).to_contain_text(["All teams", "Service", "Technical Support"])
    desk.get_by_role("button", name="中文").click()
    expect(desk.locator("#by")).to_contain_text("客服组")
    expect(desk.locator("#team option")).to_contain_text(["全部技能组", "客服组", "技术支持组"])


def test_who_is_not_signed_in_is_sent_to_sign_in_and_brought_back(windows: Windows) -> None:
    windows.expect_complaints("status of 401")
    page = windows.open("/desk#12")
    page.wait_for_url("**/sign-in?next=%2Fdesk%2312")
    page.fill("#email", "ben@emberly.example")
    page.fill("#password", "wrong")
    page.click("#submit")
    expect(page.locator("#problem")).to_have_text("E-mail and password do not match.")


def test_signing_out_ends_the_session(windows: Windows) -> None:
    windows.expect_complaints("status of 401")
    desk = windows.staff("bea", "/desk")
    desk.get_by_role("button", name="Sign out").click()
    desk.wait_for_url("**/sign-in")
    desk.goto(f"{windows.url}/desk")
    desk.wait_for_url("**/sign-in?next=**")


def test_an_agent_is_warned_of_words_before_sending_and_may_send_them(
    ada: Ada, windows: Windows, ben: StaffMember
) -> None:
    ada.asks("person please")
    desk = windows.staff("ben", "/desk")
    desk.goto(f"{windows.url}/desk#{row(desk, ada, ben)}")
    desk.fill("#text", "Calm down. I guarantee that it works tomorrow.")
    expect(desk.locator("#wording")).to_contain_text("May hurt or turn the customer away: Calm down")
    expect(desk.locator("#wording")).to_contain_text("May promise more than we can keep: guarantee")
    desk.fill("#text", "It should work tomorrow.")
    expect(desk.locator("#wording")).to_be_empty()
    desk.fill("#text", "I guarantee it.")
    expect(desk.locator("#wording")).to_contain_text("guarantee")
    desk.get_by_role("button", name="Internal note").click()
    expect(desk.locator("#wording")).to_be_empty()
    desk.get_by_role("button", name="Reply", exact=True).click()
    desk.get_by_role("button", name="Send reply").click()
    expect(desk.locator("#story .said.agent")).to_contain_text("I guarantee it.")
    expect(desk.locator("#wording")).to_be_empty()
