"""Passwords in a real browser: one that somebody else chose is changed at the sign-in, any other on one's account."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from bot.core import auth, passwords
from bot.core.auth import PasswordKind
from tests.people import StaffMember
from tests.sites import PASSWORD, Site
from tests.web.test_every_page import fits, tab_to
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser
OWN = "a password of my own"


def account(site: Site, password: str, kind: PasswordKind) -> str:
    """The e-mail of a new agent with this password."""
    email = f"{secrets.token_hex(4)}@emberly.example"
    with site.db.transaction() as session:
        bea = auth.do_add_staff(session, email=email, name="Bea", roles=["agent"], password=password)
        bea.password_kind = kind
    return email


def sign_in(page: Page, email: str, password: str) -> None:
    page.fill("#email", email)
    page.fill("#password", password)
    page.keyboard.press("Enter")


def test_a_one_time_password_is_changed_before_anything_opens(site: Site, windows: Windows) -> None:
    once = passwords.one_time()
    email = account(site, once, PasswordKind.ONE_TIME)
    page = windows.open("/sign-in")
    sign_in(page, email, once)
    expect(page.locator("#new")).to_be_focused()
    expect(page.locator("#why")).to_contain_text("good for once")
    expect(page.locator("#sign-in")).to_be_hidden()
    expect(page.locator("#later")).to_be_hidden()
    windows.expect_complaints("422", "403")
    page.goto(f"{windows.url}/desk")
    page.wait_for_url("**/sign-in?next=%2Fdesk")
    sign_in(page, email, once)
    page.fill("#new", once)
    page.keyboard.press("Enter")
    expect(page.locator("#refused")).to_have_text("The new password is the old one.")
    page.fill("#new", OWN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator("#me")).to_have_text("Bea")


def test_whoever_signs_in_with_a_given_password_is_asked_for_their_own_first(site: Site, windows: Windows) -> None:
    """It can wait, and then is asked for again; once it is changed, no more."""
    email = account(site, PASSWORD, PasswordKind.GIVEN)
    page = windows.open("/sign-in", lang="zh", size=NARROW)
    sign_in(page, email, PASSWORD)
    expect(page.locator("#new")).to_be_focused()
    expect(page.locator("#why")).to_contain_text("由他人设置")
    fits(page)
    tab_to(page, "#later")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.goto(f"{windows.url}/sign-in?next=/account")
    sign_in(page, email, PASSWORD)
    page.fill("#new", OWN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    expect(page.locator("#who")).to_have_text("Bea · 客服")
    expect(page.locator("#given")).to_be_hidden()
    page.goto(f"{windows.url}/sign-in")
    sign_in(page, email, OWN)
    page.wait_for_url("**/desk")


def test_a_password_is_changed_by_keyboard_on_ones_account(site: Site, windows: Windows) -> None:
    email = account(site, PASSWORD, PasswordKind.GIVEN)
    elsewhere = StaffMember(site.url, email, PASSWORD)
    page = windows.open("/sign-in?next=/desk", size=NARROW)
    sign_in(page, email, PASSWORD)
    page.click("#later")
    page.wait_for_url("**/desk")
    tab_to(page, "#me")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    expect(page.locator("#given")).to_be_visible()
    expect(page.locator("#sessions li")).to_have_count(2)
    fits(page)
    tab_to(page, "#current")
    page.keyboard.type("not this one")
    tab_to(page, "#new")
    page.keyboard.type(OWN)
    windows.expect_complaints("422")
    page.keyboard.press("Enter")
    expect(page.locator("#refused")).to_have_text("The present password is another one.")
    expect(page.locator("#current")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text("Your password is changed.")
    expect(page.locator("#given")).to_be_hidden()
    expect(page.locator("#sessions li")).to_have_count(1)
    expect(page.locator("#sessions")).to_contain_text("Here")
    assert elsewhere.http.get("/staff/me").status_code == 401
    assert StaffMember(site.url, email, OWN).get("/staff/me")["password"] == "own"


def test_one_is_signed_out_elsewhere_from_ones_account(site: Site, windows: Windows) -> None:
    email = account(site, PASSWORD, PasswordKind.OWN)
    elsewhere = StaffMember(site.url, email, PASSWORD)
    page = windows.open("/sign-in?next=/account", lang="zh")
    sign_in(page, email, PASSWORD)
    expect(page.locator("#sessions li")).to_have_count(2)
    expect(page.locator("#sessions .badge")).to_have_text("当前")
    page.locator("#sessions button").click()
    expect(page.locator("#sessions li")).to_have_count(1)
    expect(page.locator("#sessions")).to_be_focused()
    assert elsewhere.http.get("/staff/me").status_code == 401


def test_an_open_desk_whose_session_ends_leads_to_the_sign_in(site: Site, windows: Windows) -> None:
    email = account(site, PASSWORD, PasswordKind.OWN)
    page = windows.open("/sign-in?next=/desk")
    sign_in(page, email, PASSWORD)
    expect(page.locator("#connection[data-live=true]")).to_be_attached()
    windows.expect_complaints("status of 401", "WebSocket connection to")
    with site.db.transaction() as session:
        bea = auth.account_of(session, email)
        assert bea is not None
        auth.do_end_sessions(session, auth.StaffSession.staff_id == bea.id)
    page.wait_for_url("**/sign-in?next=%2Fdesk")
