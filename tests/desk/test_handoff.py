"""A conversation is given to people: a ticket, a promise, a silent bot."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.chat.models import Conversation, Owner
from bot.core import clock, errors
from bot.core.db import Database
from bot.desk import handoff, views
from bot.desk.models import Status, Ticket, TicketEvent
from bot.policy.shapes import Policy
from tests.desk.room import Cast

FURIOUS = {"anger": {"value": 0.9, "reasons": [{"words": "I am furious", "rule": "furious"}]}}
SMOKE = {"risks": [{"kind": "safety", "words": "门锁冒烟了"}]}


def test_the_first_ticket_has_the_number_1001_and_the_next_ones_count_on(cast: Cast) -> None:
    numbers = [cast.hand_off(cast.conversation()).number for _ in range(3)]
    assert numbers == [1001, 1002, 1003]


def test_a_handoff_silences_the_bot_and_lets_every_older_turn_lose(cast: Cast) -> None:
    conversation_id = cast.conversation()
    before = cast.read(conversation_id)
    cast.hand_off(conversation_id)
    after = cast.read(conversation_id)
    assert (after.owner, after.state) == (Owner.QUEUE, "queue")
    assert after.owner_version == before.owner_version + 1


def test_a_turn_that_began_before_an_agent_took_over_opens_no_ticket(cast: Cast, db: Database, policy: Policy) -> None:
    conversation_id = cast.conversation()
    stale = cast.read(conversation_id)
    with db.transaction() as session:
        session.get_one(Conversation, conversation_id).owner_version += 1
    with pytest.raises(errors.OwnerChanged), db.transaction() as session:
        handoff.do_hand_off(
            session,
            policy=policy,
            conversation=stale,
            message_id=None,
            facts={},
            reason="asked",
            request_type="question",
            topic=None,
            signals=[],
        )
    with db.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_a_ticket_carries_its_promises_team_and_summary(cast: Cast) -> None:
    before = clock.now()
    ticket = cast.hand_off(cast.conversation())
    assert (ticket.priority, ticket.team, ticket.status) == ("normal", "service", Status.NEW)
    assert ticket.summary == "The parcel is not here"
    assert timedelta(minutes=120) <= ticket.first_response_due - before < timedelta(minutes=121)
    assert ticket.resolution_due > ticket.first_response_due


def test_a_long_summary_is_cut_to_one_line(cast: Cast) -> None:
    ticket = cast.hand_off(cast.conversation(), summary="word\n" * 100)
    assert "\n" not in ticket.summary
    assert len(ticket.summary) == handoff.SUMMARY_LENGTH
    assert ticket.summary.endswith("…")


def test_a_furious_customer_stands_above_a_calm_one_and_the_reasons_say_why(cast: Cast) -> None:
    calm = cast.hand_off(cast.conversation())
    furious = cast.hand_off(cast.conversation(), facts=FURIOUS, repetition=3)
    assert (calm.priority, furious.priority) == ("normal", "urgent")
    reasons = {reason["rule"]: reason for reason in furious.priority_reasons}
    assert reasons["furious"]["text"]["en"] == "Very angry: I am furious"
    assert reasons["third_time"]["text"] == {"en": "Asked 3 times", "zh": "已反映 3 次"}


def test_dangerous_words_alone_make_it_urgent_and_find_their_team(cast: Cast) -> None:
    ticket = cast.hand_off(cast.conversation(language="zh"), facts=SMOKE)
    assert (ticket.priority, ticket.topic, ticket.team) == ("urgent", "safety_hazard", "safety")
    assert "门锁冒烟了" in next(r["text"]["zh"] for r in ticket.priority_reasons if r["rule"] == "danger")


def test_a_second_handoff_presses_on_with_the_same_ticket(cast: Cast, db: Database) -> None:
    conversation_id = cast.conversation()
    first = cast.hand_off(conversation_id, signals=["unanswered"])
    again = cast.hand_off(conversation_id, facts=FURIOUS, signals=["handoff"], repetition=3)
    assert again.number == first.number
    assert (first.priority, again.priority) == ("normal", "urgent")
    assert again.signals == ["handoff", "unanswered"]
    assert again.first_response_due < first.first_response_due
    with db.snapshot() as session:
        events = session.scalars(select(TicketEvent.event).order_by(TicketEvent.id)).all()
    assert events == ["received", "raised"]


def test_a_priority_is_never_lowered_and_a_promise_never_moves_away(cast: Cast) -> None:
    conversation_id = cast.conversation()
    first = cast.hand_off(conversation_id, facts=FURIOUS, repetition=3)
    with clock.travel(timedelta(minutes=10)):
        again = cast.hand_off(conversation_id)
    assert again.priority == "urgent"
    assert (again.first_response_due, again.resolution_due) == (first.first_response_due, first.resolution_due)
    assert "furious" in {reason["rule"] for reason in again.priority_reasons}


def test_the_customer_sees_number_team_due_time_and_what_happened(cast: Cast, db: Database, policy: Policy) -> None:
    conversation_id = cast.conversation(language="zh")
    ticket = cast.hand_off(conversation_id)
    with db.snapshot() as session:
        conversation = session.get_one(Conversation, conversation_id)
        seen = views.customer_view(session, policy=policy, conversation=conversation)
    assert seen is not None
    assert (seen["number"], seen["status"], seen["team"]) == (ticket.number, "new", "客服组")
    assert seen["due_at"] == clock.iso(ticket.first_response_due)
    assert [entry["event"] for entry in seen["timeline"]] == ["received"]


def test_a_conversation_without_a_ticket_has_nothing_to_show(cast: Cast, db: Database, policy: Policy) -> None:
    with db.snapshot() as session:
        conversation = session.get_one(Conversation, cast.conversation())
        assert views.customer_view(session, policy=policy, conversation=conversation) is None
