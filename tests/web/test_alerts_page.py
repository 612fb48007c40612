"""The supervisors' page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from bot.alerts.models import Alert
from bot.core import clock
from tests.people import Ada, StaffMember
from tests.sites import Site
from tests.web.windows import Windows

pytestmark = pytest.mark.browser


@pytest.fixture
def alerts(windows: Windows) -> Page:
    return windows.staff("dan", "/alerts")


def test_a_wave_stands_as_a_warning_with_its_people_and_is_confirmed(site: Site, alerts: Page) -> None:
    for _ in range(6):
        Ada(site.url).asks("late parcel")
    warning = alerts.locator(".row", has_text="Late delivery")
    expect(warning).to_contain_text("6 people · 6 messages · 1 channel")
    warning.click()
    expect(alerts.locator("#card-title")).to_have_text("Late delivery: 6 people")
    expect(alerts.locator("#people > li")).to_have_count(6)
    expect(alerts.locator("#people .words").first).to_have_text("late parcel")
    alerts.get_by_role("button", name="Confirm").click()
    dialog = alerts.get_by_role("dialog")
    dialog.get_by_role("radio", name="Potential crisis").check()
    dialog.get_by_label("What the departments should know").fill("A van broke down.")
    dialog.get_by_role("button", name="Confirm").click()
    expect(alerts.locator("#standing")).to_contain_text("Potential crisis")
    expect(alerts.locator("#after")).to_contain_text("Logistics")
    expect(alerts.locator("#after")).to_contain_text("A van broke down.")
    expect(warning.locator(".badge.warning")).to_have_count(0)
    expect(alerts.locator('[data-verb="confirm"]')).to_have_count(0)


def test_a_warning_is_dismissed_with_a_reason(alerts: Page, dan: StaffMember) -> None:
    raised = dan.post("/alerts", {"topic": "long_wait", "note": "It felt long."}, status=201)
    alerts.locator(f'.row[href="#{raised["id"]}"]').click()
    alerts.get_by_role("button", name="Dismiss").click()
    dialog = alerts.get_by_role("dialog")
    dialog.get_by_role("radio", name="Already known").check()
    dialog.get_by_label("In your words").fill("Lunch time.")
    dialog.get_by_role("button", name="Dismiss").click()
    expect(alerts.locator("#standing")).to_contain_text("Dismissed")
    assert dan.get(f"/alerts/{raised['id']}")["phase"] == "dismissed"


def test_a_supervisor_raises_an_alert_by_hand(alerts: Page, dan: StaffMember) -> None:
    alerts.get_by_role("button", name="Raise an alert").click()
    dialog = alerts.get_by_role("dialog")
    dialog.get_by_label("What it is about").select_option(label="Wrong bill")
    dialog.get_by_label("What you have seen").fill("Three bills had the old price.")
    dialog.get_by_role("button", name="Raise an alert").click()
    expect(alerts.locator("#card-title")).to_have_text("Wrong bill")
    expect(alerts.locator("#after")).to_contain_text("Three bills had the old price.")
    assert any(alert["topic"] == "billing_wrong" for alert in dan.get("/alerts", phase="warning")["items"])


def test_a_topic_that_is_open_already_is_not_raised_twice(windows: Windows, alerts: Page, dan: StaffMember) -> None:
    windows.expect_complaints("status of 409")
    dan.post("/alerts", {"topic": "app_outage", "note": "The cloud is down."}, status=201)
    alerts.get_by_role("button", name="Raise an alert").click()
    dialog = alerts.get_by_role("dialog")
    dialog.get_by_label("What it is about").select_option("app_outage")
    dialog.get_by_label("What you have seen").fill("Also down here.")
    dialog.get_by_role("button", name="Raise an alert").click()
    expect(dialog.get_by_role("alert")).to_contain_text("stands open already")
    expect(dialog.get_by_label("What you have seen")).to_have_value("Also down here.")


def test_an_agent_raises_an_alert_from_a_ticket_which_is_its_evidence(
    ada: Ada, windows: Windows, ben: StaffMember, dan: StaffMember
) -> None:
    ada.asks("person please")
    desk = windows.staff("ben", "/desk")
    desk.locator(f'.row[href="#{ben.ticket_of(ada)["number"]}"]').click()
    desk.get_by_role("button", name="Raise an alert").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("What it is about").select_option("repair_failed")
    dialog.get_by_label("What you have seen").fill("Second repair of the same lock.")
    dialog.get_by_role("button", name="Raise an alert").click()
    expect(desk.locator("#toast")).to_have_text("The alert is raised. A supervisor decides on it.")
    raised = next(alert for alert in dan.get("/alerts")["items"] if alert["topic"] == "repair_failed")
    assert raised["trigger"] == "agent"


def test_a_long_list_goes_on(site: Site, alerts: Page, dan: StaffMember) -> None:
    with site.db.transaction() as session:
        for _ in range(51):
            session.add(
                Alert(
                    topic="account_blocked",
                    phase="dismissed",
                    trigger="agent",
                    rule={},
                    channels=[],
                    families=[],
                    opened_at=clock.now(),
                )
            )
    alerts.locator("#phase").select_option("dismissed")
    expect(alerts.locator(".row")).to_have_count(50)
    alerts.get_by_role("button", name="Show more").click()
    expect(alerts.get_by_role("button", name="Show more")).to_be_hidden()
    everyone = len(dan.get("/alerts", phase="dismissed", limit=200)["items"])
    assert alerts.locator(".row").count() == everyone > 50


def test_who_may_only_read_decides_nothing(windows: Windows, dan: StaffMember) -> None:
    raised = dan.post("/alerts", {"topic": "refund_delay", "note": "Slow."}, status=201)
    page = windows.staff("eve", "/alerts")
    page.locator(f'.row[href="#{raised["id"]}"]').click()
    expect(page.locator("#card-title")).to_be_visible()
    expect(page.locator("#verbs button")).to_have_count(0)
