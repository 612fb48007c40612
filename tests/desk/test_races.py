"""Several people at once: exactly one wins, and the others are told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.chat.models import Owner
from bot.core import errors
from bot.core.db import Database
from bot.desk import service
from bot.desk.models import Ticket
from tests.desk.room import Cast

Perform = Callable[..., Any]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, or the error that refused it; all begin together."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        barrier.wait()
        try:
            outcomes[place] = calls[place]()
        except errors.FirebreakError as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("round_", range(5))
def test_of_two_claims_at_once_one_wins_and_one_is_a_conflict(cast: Cast, perform: Perform, round_: int) -> None:
    number = cast.hand_off(cast.conversation()).number
    outcomes = at_once(
        lambda: perform(service.do_claim, number=number, staff=cast.ben),
        lambda: perform(service.do_claim, number=number, staff=cast.bea),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Ticket"]


@pytest.mark.parametrize("round_", range(5))
def test_a_handoff_and_a_claim_at_once_end_with_the_agent_or_lose(cast: Cast, perform: Perform, round_: int) -> None:
    conversation_id = cast.conversation()
    number = cast.hand_off(conversation_id).number
    outcomes = at_once(
        lambda: perform(service.do_claim, number=number, staff=cast.ben),
        lambda: cast.hand_off(conversation_id, facts={"risks": [{"kind": "legal", "words": "lawyer"}]}),
    )
    assert all(isinstance(outcome, (Ticket, errors.OwnerChanged)) for outcome in outcomes)
    assert cast.read(conversation_id).owner in (Owner.AGENT, Owner.QUEUE)


def test_two_handoffs_of_one_conversation_at_once_make_one_ticket(cast: Cast, db: Database) -> None:
    conversation_id = cast.conversation()
    outcomes = at_once(*[lambda: cast.hand_off(conversation_id) for _ in range(3)])
    assert {type(outcome).__name__ for outcome in outcomes} <= {"Ticket", "OwnerChanged"}
    with db.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
