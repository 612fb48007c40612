"""The list in working order, by pages, for those who may see it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.core import clock, errors
from bot.core.auth import Staff
from bot.core.db import Database
from bot.desk import service
from bot.desk.models import Status
from bot.desk.queue import Filters, tickets_in_order
from tests.desk.room import Cast

Listed = Callable[..., tuple[list[int], str | None]]

Perform = Callable[..., Any]

FURIOUS = {"anger": {"value": 0.9, "reasons": []}}
SMOKE = {"risks": [{"kind": "safety", "words": "smoke"}]}


@pytest.fixture
def listed(db: Database, cast: Cast) -> Listed:
    def found(
        staff: Staff | None = None, *, limit: int = 50, cursor: str | None = None, **filters: Any
    ) -> tuple[list[int], str | None]:
        with db.snapshot() as session:
            page, following = tickets_in_order(
                session, staff=staff or cast.ben, filters=Filters(**filters), cursor=cursor, limit=limit
            )
        return [ticket.number for ticket in page], following

    return found


def test_late_comes_before_urgent_and_urgent_before_old(cast: Cast, listed: Listed) -> None:
    calm = cast.hand_off(cast.conversation()).number
    praise = cast.hand_off(cast.conversation(), request_type="praise").number
    smoke = cast.hand_off(cast.conversation(), facts=SMOKE).number
    assert listed()[0] == [smoke, calm, praise]
    with clock.travel(timedelta(hours=5)):
        fresh = cast.hand_off(cast.conversation(), facts=SMOKE).number
        assert listed()[0] == [smoke, calm, fresh, praise]


def test_what_is_on_hold_stands_behind_until_its_time_has_come(cast: Cast, listed: Listed, perform: Perform) -> None:
    held = cast.hand_off(cast.conversation(), facts=SMOKE).number
    calm = cast.hand_off(cast.conversation()).number
    perform(service.do_claim, number=held, staff=cast.ben)
    perform(service.do_wait, number=held, staff=cast.ben, reason="photo", until=clock.now() + timedelta(minutes=30))
    assert listed()[0] == [calm, held]
    with clock.travel(timedelta(minutes=31)):
        assert listed()[0] == [held, calm]


def test_settled_tickets_show_only_when_asked_for(cast: Cast, listed: Listed, perform: Perform) -> None:
    number = cast.hand_off(cast.conversation()).number
    perform(service.do_resolve, number=number, staff=cast.ben, summary="done")
    assert listed()[0] == []
    assert listed(status=(Status.RESOLVED,))[0] == [number]


def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast, listed: Listed) -> None:
    numbers = [
        cast.hand_off(cast.conversation(), facts=facts).number for facts in ({}, FURIOUS, SMOKE, {}, FURIOUS, {}, {})
    ]
    whole, _ = listed()
    seen, cursor = listed(limit=3)
    while cursor:
        page, cursor = listed(limit=3, cursor=cursor)
        seen += page
    assert seen == whole
    assert sorted(seen) == numbers


def test_filters_by_team_by_holder_and_by_words(cast: Cast, listed: Listed, perform: Perform) -> None:
    mine = cast.hand_off(cast.conversation(name="Grace"), summary="50% of my_order").number
    other = cast.hand_off(cast.conversation(), request_type="repair", summary="Hinge broken").number
    perform(service.do_claim, number=mine, staff=cast.ben)
    assert listed(mine=True)[0] == [mine]
    assert listed(team="repairs")[0] == [other]
    assert listed(text="hinge")[0] == [other]
    assert listed(text="0% of my_")[0] == [mine]
    assert listed(text="0_ of")[0] == []
    assert listed(text="grace")[0] == [mine]
    assert listed(text=f"#{other}")[0] == [other]


def test_an_agent_sees_the_own_teams_and_a_lead_sees_all(cast: Cast, listed: Listed, db: Database) -> None:
    service_ticket = cast.hand_off(cast.conversation()).number
    repair = cast.hand_off(cast.conversation(), request_type="repair").number
    cast.ben.teams = ["repairs"]
    assert listed(cast.ben)[0] == [repair]
    cast.lea.teams = ["repairs"]
    assert sorted(listed(cast.lea)[0]) == [service_ticket, repair]


@pytest.mark.parametrize("cursor", ["!", "e30", "WzEsMl0", "bnVsbA"])
def test_a_made_up_cursor_is_refused(listed: Listed, cursor: str) -> None:
    with pytest.raises(errors.Invalid):
        listed(cursor=cursor)
