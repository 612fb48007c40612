"""What is decided on an alert, and by which step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.alerts import lifecycle, views
from bot.alerts.models import Alert, AlertEvent, Mention, Phase
from bot.core import clock, errors
from bot.core.auth import Role
from bot.core.db import Database
from bot.policy.shapes import Policy, Severity
from tests.desk.room import Cast

Decide = Callable[..., dict[str, Any]]

Complain = Callable[..., Alert | None]


@pytest.fixture
def warning(complain: Complain) -> Alert:
    """A warning of late deliveries by six people."""
    raised = [complain(person=f"visitor:p{place}") for place in range(6)][-1]
    assert raised is not None
    return raised


@pytest.fixture
def decide(db: Database, cast: Cast) -> Decide:
    """Take a step as Dan; the card that came of it."""

    def decided(step: Callable[..., Alert], **arguments: Any) -> dict[str, Any]:
        with db.transaction() as session:
            return views.card(session, step(session, staff=cast.dan, **arguments))

    return decided


def test_a_confirmed_warning_is_released_and_calls_its_departments(
    warning: Alert, decide: Decide, policy: Policy
) -> None:
    before = clock.now()
    card = decide(
        lifecycle.do_confirm, policy=policy, alert_id=warning.id, level=Severity.CRISIS, note="courier strike"
    )
    assert (card["phase"], card["level"]) == ("released", "crisis")
    assert [row["department"] for row in card["departments"]] == ["logistics"]
    assert card["departments"][0]["due_at"] >= clock.iso(before + timedelta(minutes=15))
    assert (card["events"][-1]["event"], card["events"][-1]["author"]) == ("confirmed", "Dan")
    assert (card["decision"]["note"], card["decision"]["by"]) == ("courier strike", "Dan")


def test_no_step_is_taken_twice_or_from_the_wrong_phase(warning: Alert, decide: Decide, policy: Policy) -> None:
    decide(lifecycle.do_confirm, policy=policy, alert_id=warning.id, level=Severity.ADVISORY, note="")
    with pytest.raises(errors.Conflict, match="This alert is released"):
        decide(lifecycle.do_confirm, policy=policy, alert_id=warning.id, level=Severity.CRISIS, note="")
    with pytest.raises(errors.Conflict):
        decide(lifecycle.do_dismiss, alert_id=warning.id, reason="no", kind="other")


def test_a_dismissed_wave_does_not_come_back_by_the_same_people(
    warning: Alert, decide: Decide, complain: Complain
) -> None:
    decide(lifecycle.do_dismiss, alert_id=warning.id, reason="a joke", kind="not_a_complaint")
    assert [complain(person=f"visitor:p{place}") for place in range(6)] == [None] * 6
    assert [complain() for _ in range(5)] == [None] * 5
    fresh = complain()
    assert fresh is not None
    assert fresh.id != warning.id
    assert fresh.people == 6


def test_after_the_quiet_time_the_same_people_count_again(warning: Alert, decide: Decide, complain: Complain) -> None:
    decide(lifecycle.do_dismiss, alert_id=warning.id, reason="a joke", kind="not_a_complaint")
    with clock.travel(timedelta(minutes=61)):
        alerts = [complain(person=f"visitor:p{place}") for place in range(6)]
    assert alerts[:5] == [None] * 5
    assert alerts[5] is not None


def test_what_is_passed_on_leaves_the_list_with_its_department_called(
    warning: Alert, decide: Decide, policy: Policy
) -> None:
    card = decide(lifecycle.do_pass_on, policy=policy, alert_id=warning.id, department="legal", note="please look")
    assert (card["phase"], card["departments"][0]["department"]) == ("passed_on", "legal")
    with pytest.raises(errors.Conflict):
        decide(lifecycle.do_pass_on, policy=policy, alert_id=warning.id, department="legal", note="again")


def test_an_unknown_department_is_refused(warning: Alert, decide: Decide, policy: Policy) -> None:
    with pytest.raises(errors.Invalid, match="Departments are"):
        decide(lifecycle.do_pass_on, policy=policy, alert_id=warning.id, department="moon", note="-")


def test_a_warning_by_hand_brings_the_mentions_of_its_conversations(
    complain: Complain, decide: Decide, policy: Policy, db: Database
) -> None:
    complain()
    with db.snapshot() as session:
        card_of = [row.conversation_id for row in session.scalars(select(Mention))]
    card = decide(
        lifecycle.do_raise_by_hand,
        policy=policy,
        topic="delivery_late",
        note="the courier called",
        conversation_ids=card_of,
    )
    assert (card["phase"], card["trigger"], card["people"]) == ("warning", "agent", 1)
    with pytest.raises(errors.Conflict, match="open alert already"):
        decide(lifecycle.do_raise_by_hand, policy=policy, topic="delivery_late", note="again", conversation_ids=[])


def test_quality_checks_raise_in_their_own_name(cast: Cast, policy: Policy, db: Database) -> None:
    with db.transaction() as session:
        cast.dan.roles = [Role.QUALITY]
        alert = lifecycle.do_raise_by_hand(
            session, policy=policy, topic="staff_attitude", staff=cast.dan, note="heard it", conversation_ids=[]
        )
    assert (alert.trigger, alert.people, alert.messages) == ("quality", 0, 0)


def test_tickets_of_the_counted_conversations_are_named(
    complain: Complain, cast: Cast, warning: Alert, db: Database
) -> None:
    with db.snapshot() as session:
        conversation_id = session.scalars(select(Mention.conversation_id)).all()[0]
    ticket = cast.hand_off(conversation_id, request_type="complaint", topic="delivery_late")
    with db.snapshot() as session:
        assert views.as_wire(session, session.get_one(Alert, warning.id))["tickets"] == [ticket.number]


def test_every_step_leaves_a_row(warning: Alert, decide: Decide, policy: Policy, db: Database) -> None:
    decide(lifecycle.do_confirm, policy=policy, alert_id=warning.id, level=Severity.POTENTIAL, note="")
    decide(lifecycle.do_pass_on, policy=policy, alert_id=warning.id, department="legal", note="x")
    with db.snapshot() as session:
        assert list(session.scalars(select(AlertEvent.event).order_by(AlertEvent.id))) == [
            "warned",
            "confirmed",
            "passed_on",
        ]
        assert session.get_one(Alert, warning.id).phase == Phase.PASSED_ON


def test_an_alert_that_is_not_there_is_not_found(decide: Decide) -> None:
    with pytest.raises(errors.NotFound):
        decide(lifecycle.do_dismiss, alert_id="nothing", reason="x", kind="other")
