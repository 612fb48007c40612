"""Links of published articles are looked at again by time; the list tells which of them lead nowhere."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from bot.core import clock
from bot.knowledge import link_watch, links
from tests.knowledge.editing.conftest import ARTICLE, Write
from tests.knowledge.editing.test_links import far_end
from tests.people import PATIENCE_SECONDS, StaffMember, until
from tests.sites import Site

HOUSE = [ip_network("127.0.0.0/8")]
Far = tuple[str, list[str]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "LINK_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(links, "ALL_SECONDS", 2 * PATIENCE_SECONDS)


@pytest.fixture
def far() -> Iterator[Far]:
    with far_end() as found:
        yield found


def look(site: Site, *, later: timedelta = timedelta(), allowed: Any = HOUSE) -> None:
    with clock.travel(later):
        asyncio.run(link_watch.look(site.db, days=7, allowed=allowed))


def now(cleo: StaffMember, article: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cleo.get(f"/knowledge/articles/{article['id']}")
    return found


def test_a_link_that_leads_nowhere_is_found_and_told_in_the_list(
    site: Site, cleo: StaffMember, write: Write, far: Far
) -> None:
    here, _ = far
    bad = write(
        answer=f"See [this]({here}/nothing), {here}/ok and mailto:cleo@emberly.example", tags=["l-1"], published=True
    )
    good = write(answer=f"See {here}/ok", tags=["l-1"], published=True)
    draft = write(answer=f"See {here}/nothing", tags=["l-1"])
    assert [now(cleo, one)["broken_links"] for one in (bad, good)] == [[], []]
    look(site)
    assert [now(cleo, one)["broken_links"] for one in (bad, good, draft)] == [[f"{here}/nothing"], [], []]
    assert [one["id"] for one in cleo.get("/knowledge/articles", tag="l-1", broken=True)["items"]] == [bad["id"]]
    assert len(cleo.get("/knowledge/articles", tag="l-1", broken=False)["items"]) == 2
    counts = cleo.get("/knowledge/articles/counts", tag="l-1", broken=True)
    assert (counts["total"], counts["broken"]) == (1, 1)


def test_each_is_looked_at_once_in_a_while_a_broken_one_sooner(site: Site, write: Write, far: Far) -> None:
    here, asked = far
    write(answer=f"See {here}/nothing", published=True)
    write(answer=f"See {here}/ok", published=True)
    write(answer="See nothing.", published=True)
    look(site)
    assert sorted(asked) == ["/nothing", "/ok"]
    look(site, later=timedelta(hours=11))
    assert sorted(asked) == ["/nothing", "/ok"]
    look(site, later=timedelta(hours=13))
    assert sorted(asked) == ["/nothing", "/nothing", "/ok"]
    look(site, later=timedelta(days=8))
    assert sorted(asked) == ["/nothing"] * 3 + ["/ok"] * 2


def test_a_link_that_is_mended_or_taken_out_is_broken_no_more(
    site: Site, cleo: StaffMember, write: Write, far: Far
) -> None:
    here, _ = far
    article = write(answer=f"See {here}/nothing or {here}/gone", published=True)
    look(site)
    assert len(now(cleo, article)["broken_links"]) == 2
    change = {**ARTICLE, "answer": f"See {here}/gone or {here}/ok", "version": 2}
    changed = cleo.http.put(f"/knowledge/articles/{article['id']}", json=change)
    assert changed.json()["broken_links"] == [f"{here}/gone"]
    change = {**ARTICLE, "answer": f"See {here}/ok", "version": 3}
    assert cleo.http.put(f"/knowledge/articles/{article['id']}", json=change).json()["broken_links"] == []


def test_nothing_of_the_house_is_called(site: Site, cleo: StaffMember, write: Write, far: Far) -> None:
    here, asked = far
    article = write(answer=f"See {here}/nothing", published=True)
    look(site, allowed=())
    assert (asked, now(cleo, article)["broken_links"]) == ([], [])


def test_the_timer_has_the_worker_look(site: Site, cleo: StaffMember, write: Write, far: Far) -> None:
    here, _ = far
    article = write(answer=f"See {here}/nothing", published=True)
    link_watch.follow(site.db)
    until(lambda: now(cleo, article)["broken_links"] == [f"{here}/nothing"])
