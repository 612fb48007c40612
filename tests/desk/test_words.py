"""What a customer is told of a ticket."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.auth import Staff
from bot.desk import sla, words
from bot.desk.models import Status, Ticket
from bot.policy.load import load
from bot.policy.shapes import Level

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
POLICY = load()


@pytest.fixture
def ticket() -> Ticket:
    due = sla.due(POLICY, Level.HIGH, NOON)
    return Ticket(
        number=1042,
        team="service",
        language="en",
        status=Status.NEW,
        first_response_due=due.first_response,
        resolution_due=due.resolution,
    )


def test_the_promise_names_number_team_and_time(ticket: Ticket) -> None:
    said = words.promise(POLICY, ticket, language="en", now=NOON)
    assert "1042" in said
    assert "our Service team" in said
    assert "by 12:30 UTC (within 30 minutes)" in said
    assert "最晚 12:30 UTC 前（30 分钟内）" in words.promise(POLICY, ticket, language="zh", now=NOON)


def test_nothing_says_sorry_and_every_sentence_stands_in_both_languages() -> None:
    assert words._EN.keys() == words._ZH.keys()
    assert not [line for line in words._EN.values() if "sorry" in line.lower()]


def test_a_time_on_another_day_carries_its_date() -> None:
    assert words.moment(NOON + timedelta(hours=20), language="en", now=NOON) == "6 Mar, 08:00 UTC (within 20 hours)"
    assert words.moment(NOON + timedelta(hours=20), language="zh", now=NOON) == "最晚 3月6日 08:00 UTC 前（20 小时内）"


def test_a_minute_is_never_rounded_away() -> None:
    assert words.moment(NOON + timedelta(seconds=20), language="en", now=NOON) == "12:00 UTC (within 1 minute)"


def test_a_promise_that_was_missed_is_told_as_missed(ticket: Ticket) -> None:
    late = NOON + timedelta(minutes=61)
    assert "by 12:30 UTC and are late" in words.status(POLICY, ticket, language="en", now=late)
    assert "超时" in words.queue(POLICY, ticket, language="zh", now=late)


def test_once_somebody_has_it_the_status_names_them_and_the_next_promise(ticket: Ticket) -> None:
    ticket.status, ticket.first_response_at = Status.OPEN, NOON
    ticket.holder = Staff(name="Ben")
    said = words.status(POLICY, ticket, language="en", now=NOON)
    assert said == "Your request 1042 is with Ben from Service. We owe you a solution by 20:00 UTC (within 8 hours)."


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("language", ["en", "zh", "fr"])
def test_there_are_words_for_every_status(ticket: Ticket, status: Status, language: str) -> None:
    ticket.status = status
    assert "1042" in words.status(POLICY, ticket, language=language, now=NOON)
    assert words.next_step(POLICY, ticket, language=language, now=NOON)


def test_promises_are_missed_from_their_moment_on(ticket: Ticket) -> None:
    assert sla.breached(ticket, NOON) == []
    assert sla.breached(ticket, NOON + timedelta(minutes=61)) == ["first_response"]
    assert sla.breached(ticket, NOON + timedelta(hours=9)) == ["first_response", "resolution"]
    ticket.first_response_at, ticket.resolved_at, ticket.status = NOON, NOON, Status.RESOLVED
    assert sla.breached(ticket, NOON + timedelta(days=9)) == []
