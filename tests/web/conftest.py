"""A browser for the whole package, a window for each test, and a site on SQLite that answers from a script."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import update

from bot.alerts.models import OPEN, Alert, Phase, TopicWatch
from bot.core import clock
from bot.desk.models import UNSETTLED, Status, Ticket
from bot.dialogue.scripted import ScriptedEngine
from tests.sites import Site, hire, running
from tests.web.script import in_both_languages
from tests.web.windows import ARGUMENTS, Kept, Windows

REQUIRED = "FIREBREAK_REQUIRE_BROWSER"
ABSENT = (
    f"Chromium is not installed, so no page was tried in a browser. Install `chromium`; {REQUIRED}=1 makes it a must."
)
_skipped: list[str] = []


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, or a loud skip. To be ended soon, because the driver occupies this thread's event loop."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(ABSENT)
        _skipped.append(ABSENT)
        pytest.skip(ABSENT)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED", sep="!", red=True)
        terminalreporter.line(ABSENT)


@pytest.fixture(scope="package")
def engine() -> ScriptedEngine:
    return ScriptedEngine(in_both_languages)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, engine: ScriptedEngine) -> Iterator[Site]:
    """One for the package, on SQLite: pages do not know the database, and each test has its own people."""
    folder = tmp_path_factory.mktemp("web")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=engine, requests_per_minute=100_000) as site:
        hire(site.db)
        yield site


@pytest.fixture
def slow(engine: ScriptedEngine) -> Iterator[None]:
    """Answers take a moment."""
    engine.delay_seconds = 0.2
    yield
    engine.delay_seconds = 0.0


@pytest.fixture(scope="package")
def kept() -> Kept:
    return Kept()


@pytest.fixture
def windows(browser: Browser, site: Site, kept: Kept) -> Iterator[Windows]:
    """Opens windows. Fails a test in which a page complained of anything."""
    opened = Windows(browser, site.url, kept)
    yield opened
    opened.close()
    close_tickets(site)
    close_alerts(site)
    assert opened.complaints == []


def close_tickets(site: Site) -> None:
    """A page lists the first fifty: each test finds its own among them, however many tests come before it."""
    with site.db.transaction() as session:
        session.execute(update(Ticket).where(Ticket.status.in_(UNSETTLED)).values(status=Status.CLOSED))


def close_alerts(site: Site) -> None:
    """A topic has one open alert at a time: each test may raise any, whatever was raised or complained of before."""
    moment = clock.now()
    with site.db.transaction() as session:
        closed = update(Alert).where(Alert.phase.in_(OPEN)).values(phase=Phase.DISMISSED, closed_at=moment)
        session.execute(closed)
        session.execute(update(TopicWatch).values(counted_from=moment))
