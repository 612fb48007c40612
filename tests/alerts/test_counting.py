"""Complaints are counted once, by person, and a warning stands when enough say the same."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.alerts import counter, views
from bot.alerts.models import Alert, Mention, Phase
from bot.core import clock, errors
from bot.core.db import Database
from tests.desk.room import Cast

Complain = Callable[..., Alert | None]


def test_the_sixth_person_raises_the_warning_with_its_evidence(complain: Complain, db: Database) -> None:
    assert [complain() for _ in range(5)] == [None] * 5
    alert = complain()
    assert alert is not None
    assert (alert.phase, alert.trigger, alert.people, alert.messages) == (Phase.WARNING, "count", 6, 6)
    assert (alert.channels, alert.families, alert.window_minutes) == (["web"], ["chat"], 30)
    with db.snapshot() as session:
        card = views.card(session, session.get_one(Alert, alert.id))
    assert len(card["mentions"]) == 6
    assert len({mention["person"] for mention in card["mentions"]}) == 6
    assert card["mentions"][0]["person"].startswith("Ada (")
    assert card["mentions"][0]["text"].startswith("where is my parcel")
    assert [event["event"] for event in card["events"]] == ["warned"]


def test_web_and_app_are_one_family_and_e_mail_is_another(complain: Complain) -> None:
    assert [complain(channel=channel) for channel in ("web", "app", "web", "app", "app")] == [None] * 5


def test_four_people_by_two_families_raise_it(complain: Complain) -> None:
    assert [complain() for _ in range(3)] == [None] * 3
    alert = complain(channel="email")
    assert alert is not None
    assert (alert.people, alert.families) == (4, ["chat", "email"])


def test_one_visitor_complaining_twenty_times_raises_none(complain: Complain) -> None:
    assert [complain(person="visitor:loud") for _ in range(20)] == [None] * 20


def test_the_same_message_counts_once_however_often_it_is_counted(cast: Cast, count: Complain, db: Database) -> None:
    conversation_id = cast.conversation()
    message_id = cast.thread(conversation_id)[-1].id
    for _ in range(3):
        count(conversation_id, message_id)
    with db.snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Mention)) == 1


def test_complaints_an_hour_old_do_not_join_the_short_window(complain: Complain) -> None:
    assert [complain(ago=60) for _ in range(5)] == [None] * 5
    assert complain() is None


def test_further_complaints_join_the_open_alert(complain: Complain, db: Database) -> None:
    alerts = [alert for alert in (complain() for _ in range(8)) if alert]
    assert len(alerts) == 3
    assert len({alert.id for alert in alerts}) == 1
    assert (alerts[-1].people, alerts[-1].messages) == (8, 8)


def test_who_is_counted_already_joins_with_a_message_and_not_as_another_person(
    complain: Complain, db: Database
) -> None:
    for number in range(6):
        complain(person=f"visitor:{number}")
    complain(person="visitor:0", channel="email")
    complain(person="visitor:0", ago=20)
    alert = complain(person="visitor:new")
    assert alert is not None
    assert (alert.people, alert.messages, alert.families) == (7, 9, ["chat", "email"])
    joined = (alert.people, alert.messages, alert.channels, alert.families, alert.last_mention_at)
    with db.transaction() as session:
        anew = session.get_one(Alert, alert.id)
        counter.do_link(session, anew, [])
        assert (anew.people, anew.messages, anew.channels, anew.families, anew.last_mention_at) == joined


def test_topics_are_counted_apart(complain: Complain) -> None:
    for topic in ("delivery_late", "billing_wrong"):
        assert [complain(topic=topic) for _ in range(4)] == [None] * 4


def test_one_danger_is_a_warning(complain: Complain) -> None:
    alert = complain(topic="safety_hazard")
    assert alert is not None
    assert (alert.people, alert.rule["grave"]) == (1, True)


def test_an_unknown_topic_is_refused(complain: Complain) -> None:
    with pytest.raises(errors.Invalid, match="Topics are"):
        complain(topic="weather")


def test_the_baseline_is_the_people_a_window_of_the_week_before(complain: Complain) -> None:
    for day in range(1, 7):
        for _ in range(7):
            complain(ago=day * 24 * 60, person=f"visitor:{day}")
    for _ in range(5):
        complain()
    alert = complain()
    assert alert is not None
    assert alert.baseline == round(6 / (7 * 24 * 2), 3)


def test_people_who_complain_at_the_same_moment_make_one_alert(cast: Cast, count: Complain, db: Database) -> None:
    told = []
    for _ in range(8):
        conversation_id = cast.conversation()
        told.append((conversation_id, cast.thread(conversation_id)[-1].id))
    barrier, found = threading.Barrier(len(told)), []

    def run(conversation_id: str, message_id: str) -> None:
        barrier.wait()
        found.append(count(conversation_id, message_id))

    threads = [threading.Thread(target=run, args=pair) for pair in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    with db.snapshot() as session:
        alert = session.scalars(select(Alert)).one()
    assert (alert.people, alert.messages) == (8, 8)


def test_time_is_that_of_the_message_not_of_its_counting(
    complain: Complain, cast: Cast, count: Complain, db: Database
) -> None:
    conversation_id = cast.conversation()
    message = cast.thread(conversation_id)[-1]
    with clock.travel(timedelta(hours=9)):
        count(conversation_id, message.id)
    with db.snapshot() as session:
        assert session.scalar(select(Mention.at)) == message.at
