"""The operators' page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from bot.core import jobs
from bot.core.jobs import Job, JobState
from tests.sites import Site
from tests.web.test_every_page import fits, tab_to
from tests.web.windows import NARROW, Windows

pytestmark = pytest.mark.browser


def fail_a_job(site: Site, key: str) -> int:
    with site.db.transaction() as session:
        job = jobs.enqueue(session, "of_no_kind", {}, key=key)
        job.state, job.attempts, job.last_error = JobState.FAILED, 8, "KeyError"
        session.flush()
        return job.id


def test_an_operator_sees_what_failed_and_tries_it_again(site: Site, windows: Windows) -> None:
    """The page refreshes itself meanwhile, and the focus stays where it was."""
    first, second = fail_a_job(site, "article-1"), fail_a_job(site, "article-2")
    page = windows.staff("admin", "/operations")
    expect(page.locator('[data-part="database"] .badge')).to_have_text("works")
    expect(page.locator('[data-part="knowledge"]')).to_contain_text("No question is answered")
    row = page.locator(f'[data-work="{first}"]')
    expect(row).to_contain_text("8 tries, last: KeyError · belongs to article-1")
    other = page.locator(f'[data-work="{second}"] button').last
    other.focus()
    fail_a_job(site, "article-3")
    expect(page.locator("#work")).to_contain_text("article-3")
    expect(other).to_be_focused()
    row.get_by_role("button", name="Try again").click()
    expect(page.locator("#done")).to_contain_text(f"Tried again · of no kind · {first} · Admin")
    other.click()
    page.get_by_role("dialog").get_by_label("Why").fill("Of no use any more.")
    page.get_by_role("dialog").get_by_role("button", name="Give up").click()
    expect(page.locator("#done")).to_contain_text("Of no use any more.")
    with site.db.snapshot() as session:
        assert session.get_one(Job, second).state == JobState.GIVEN_UP
        assert session.get_one(Job, first).attempts < 8


def test_a_level_is_set_by_keyboard_and_shown_in_chinese(windows: Windows) -> None:
    page = windows.staff("admin", "/operations", size=NARROW, lang="zh")
    expect(page.locator("#processes > li")).not_to_have_count(0)
    fits(page)
    tab_to(page, "#loudness select[name=part]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#loudness select[name=level]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#loudness button")
    page.keyboard.press("Enter")
    expect(page.locator("#levels")).to_contain_text("警告")
    fits(page)


def test_a_supervisor_reads_and_changes_nothing(site: Site, windows: Windows) -> None:
    failed = fail_a_job(site, "article-4")
    page: Page = windows.staff("dan", "/operations")
    expect(page.locator(f'[data-work="{failed}"]')).to_be_visible()
    expect(page.locator("#work button")).to_have_count(0)
    expect(page.locator("#loudness")).to_be_hidden()
