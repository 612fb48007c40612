"""The sign-in page in a real browser: a one-time password is changed there, and only then the desk opens."""

import secrets

import pytest
from playwright.sync_api import expect

from bot.core import auth, passwords
from bot.core.auth import PasswordKind
from tests.sites import Site
from tests.web.windows import Windows

pytestmark = pytest.mark.browser
OWN = "a password of my own"


def test_a_one_time_password_is_changed_before_anything_opens(site: Site, windows: Windows) -> None:
    email, once = f"{secrets.token_hex(4)}@emberly.example", passwords.one_time()
    with site.db.transaction() as session:
        bea = auth.do_add_staff(session, email=email, name="Bea", roles=["agent"], password=once)
        bea.password_kind = PasswordKind.ONE_TIME
    page = windows.open("/sign-in")
    page.fill("#email", email)
    page.fill("#password", once)
    page.keyboard.press("Enter")
    expect(page.locator("#new")).to_be_focused()
    expect(page.locator("#sign-in")).to_be_hidden()
    windows.expect_complaints("422")
    page.fill("#new", once)
    page.keyboard.press("Enter")
    expect(page.locator("#refused")).to_have_text("The new password is the old one.")
    page.fill("#new", OWN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator("#me")).to_have_text("Bea")
