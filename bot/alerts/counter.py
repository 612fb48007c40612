"""Counting complaints: one row a message and topic, and a warning when enough people say the same."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from bot.alerts import detector, records, views
from bot.alerts.detector import Decision, Seen
from bot.alerts.models import OPEN, Alert, AlertMention, Mention, Phase, TopicWatch, Trigger
from bot.chat.models import Conversation
from bot.core import clock, errors
from bot.core.tables import insert_if_absent, new_id
from bot.policy.shapes import Policy

EXCERPT_LENGTH = 500


def do_mention(
    session: Session,
    *,
    policy: Policy,
    topic: str,
    message_id: str,
    at: datetime,
    conversation: Conversation,
    text: str,
) -> Alert | None:
    """Count that a message sent `at` then complains of `topic`; the topic's open alert, if this raised or joined one.

    The same message and topic count once, however often this is called. `text`: the words to show, redacted. Raises
    Invalid for a topic that the policy does not have. Holds the topic until the commit: of two transactions that
    cross a threshold together, one raises the warning and the other joins it. A caller with several topics goes
    through them in alphabetical order.
    """
    check_topic(policy, topic)
    # The mention first: its foreign keys may wait for another writer, which must not happen while the topic is held.
    mention = _write(session, policy, topic, message_id, at, conversation, text)
    watch = hold_topic(session, topic)
    alert = open_alert(session, topic)
    if mention is None:
        return alert
    if alert is not None:
        _join(session, alert, mention)
    else:
        alert = _raise_if_due(session, policy, watch, mention)
    if alert is not None:
        views.tell_alert(session, alert)
    return alert


def do_take_back(session: Session, *, message_id: str, topic: str) -> Alert | None:
    """Count no longer that a message complains of `topic`; the topic's open alert, if that counted it.

    What a decision has closed stays as it was decided, and so does the mention that it rests on. An open alert that
    counts nobody any more is left to the supervisor. Locks as `do_mention` does.
    """
    hold_topic(session, topic)
    mention = session.scalar(select(Mention).where(Mention.message_id == message_id, Mention.topic == topic))
    if mention is None:
        return None
    counts_it = select(Alert).join(AlertMention, AlertMention.alert_id == Alert.id)
    alerts = [*session.scalars(counts_it.where(AlertMention.mention_id == mention.id))]
    if any(alert.phase not in OPEN for alert in alerts):
        return None
    session.execute(delete(AlertMention).where(AlertMention.mention_id == mention.id))
    session.delete(mention)
    session.flush()
    for alert in alerts:
        do_link(session, alert, [])
        records.do_record(session, alert, "taken_back", detail={"counted": alert.people})
        views.tell_alert(session, alert)
    return next(iter(alerts), None)


def check_topic(policy: Policy, topic: str) -> None:
    if topic not in policy.topics.topics:
        raise errors.Invalid(
            "Topics are: {known}.", words={"known": ", ".join(policy.topics.topics)}, fields={"topic": "unknown"}
        )


def hold_topic(session: Session, topic: str) -> TopicWatch:
    """The topic's row, locked until the commit; made when it is not there."""
    held = select(TopicWatch).where(TopicWatch.topic == topic).with_for_update(key_share=True)
    held = held.execution_options(populate_existing=True)
    watch = session.scalars(held).one_or_none()
    if watch is None:
        insert_if_absent(session, TopicWatch, {"topic": topic, "counted_from": None})
        watch = session.scalars(held).one()
    return watch


def open_alert(session: Session, topic: str) -> Alert | None:
    return session.scalar(
        select(Alert).where(Alert.topic == topic, Alert.phase.in_(OPEN)).execution_options(populate_existing=True)
    )


def _join(session: Session, alert: Alert, mention: Mention) -> None:
    """Let `alert` count one mention more; costs the same however many it counts already."""
    known = _counts_the_person(session, alert, mention)
    insert_if_absent(session, AlertMention, {"alert_id": alert.id, "mention_id": mention.id})
    alert.people += not known
    alert.messages += 1
    alert.last_mention_at = max(alert.last_mention_at or mention.at, mention.at)
    alert.channels = sorted({*alert.channels, mention.channel})
    alert.families = sorted({*alert.families, mention.family})
    alert.version += 1
    session.flush()


def _counts_the_person(session: Session, alert: Alert, mention: Mention) -> bool:
    linked = exists().where(AlertMention.mention_id == Mention.id, AlertMention.alert_id == alert.id)
    earlier = select(Mention.id).where(Mention.customer_id == mention.customer_id, linked.correlate(Mention))
    return session.scalar(earlier.limit(1)) is not None


def do_link(session: Session, alert: Alert, mention_ids: list[str]) -> None:
    """Let `alert` count these mentions too, and count all of its mentions anew."""
    for mention_id in mention_ids:
        insert_if_absent(session, AlertMention, {"alert_id": alert.id, "mention_id": mention_id})
    counted = AlertMention.alert_id == alert.id
    figures = select(
        func.count(Mention.customer_id.distinct()), func.count(Mention.message_id.distinct()), func.max(Mention.at)
    )
    doors = select(Mention.channel, Mention.family).distinct()
    alert.people, alert.messages, alert.last_mention_at = session.execute(
        figures.join(AlertMention, AlertMention.mention_id == Mention.id).where(counted)
    ).one()
    seen_at = session.execute(doors.join(AlertMention, AlertMention.mention_id == Mention.id).where(counted)).all()
    alert.channels = sorted({door.channel for door in seen_at})
    alert.families = sorted({door.family for door in seen_at})
    alert.version += 1
    session.flush()


def do_open(
    session: Session,
    *,
    policy: Policy,
    topic: str,
    trigger: Trigger,
    mention_ids: list[str],
    window_minutes: int | None = None,
    rule: dict[str, Any] | None = None,
) -> Alert:
    """Open the topic's warning on these mentions. The topic must be held and have no open alert."""
    moment = clock.now()
    alert = Alert(
        id=new_id(),
        topic=topic,
        phase=Phase.WARNING,
        trigger=trigger,
        window_minutes=window_minutes,
        rule=rule or {},
        channels=[],
        families=[],
        opened_at=moment,
        version=0,
    )
    shown_window = window_minutes or policy.crisis.windows_of(topic)[0].minutes
    alert.baseline = baseline(session, policy, topic, shown_window, before=moment - timedelta(minutes=shown_window))
    session.add(alert)
    session.flush()
    do_link(session, alert, mention_ids)
    return alert


def baseline(session: Session, policy: Policy, topic: str, window_minutes: int, *, before: datetime) -> float:
    """Distinct people per window, on average over the policy's days up to `before`."""
    days = policy.crisis.baseline_days
    rows = session.execute(
        select(Mention.at, Mention.customer_id).where(
            Mention.topic == topic, Mention.at >= before - timedelta(days=days), Mention.at < before
        )
    )
    people: dict[int, set[str]] = defaultdict(set)
    for at, person in rows:
        people[int((before - at) / timedelta(minutes=window_minutes))].add(person)
    return round(sum(map(len, people.values())) / (days * 24 * 60 / window_minutes), 3)


def _raise_if_due(session: Session, policy: Policy, watch: TopicWatch, mention: Mention) -> Alert | None:
    windows = policy.crisis.windows_of(watch.topic)
    near = _around(session, watch, mention, timedelta(minutes=windows[-1].minutes))
    newest = _seen(mention)
    quiet = _quiet_people(session, policy, watch)
    countable = [seen for seen in near if seen.person not in quiet]
    if newest not in countable:
        return None
    decision = detector.decide(countable, windows, newest=newest, grave=policy.is_grave(watch.topic))
    return None if decision is None else _raise(session, policy, watch.topic, decision)


def _raise(session: Session, policy: Policy, topic: str, decision: Decision) -> Alert:
    rule = {
        "people": decision.needed_people,
        "families": decision.needed_families,
        "minutes": decision.window_minutes,
        "grave": policy.is_grave(topic),
    }
    alert = do_open(
        session,
        policy=policy,
        topic=topic,
        trigger=Trigger.COUNT,
        mention_ids=[seen.id for seen in decision.evidence],
        window_minutes=decision.window_minutes,
        rule=rule,
    )
    records.do_record(session, alert, "warned", detail={**rule, "counted": alert.people})
    return alert


def _around(session: Session, watch: TopicWatch, mention: Mention, length: timedelta) -> list[Seen]:
    """The topic's mentions within `length` of this one that no decision has settled."""
    wanted = select(Mention.id, Mention.customer_id, Mention.family, Mention.channel, Mention.at).where(
        Mention.topic == watch.topic, Mention.at > mention.at - length, Mention.at < mention.at + length
    )
    if watch.counted_from is not None:
        wanted = wanted.where(Mention.at > watch.counted_from)
    return [Seen(*row) for row in session.execute(wanted)]


def _quiet_people(session: Session, policy: Policy, watch: TopicWatch) -> frozenset[str]:
    """Whoever an alert counted that was dismissed or passed on a short while ago."""
    since = clock.now() - timedelta(minutes=policy.crisis.quiet_minutes)
    if watch.counted_from is None or watch.counted_from <= since:
        return frozenset()
    counted = (
        select(Mention.customer_id)
        .distinct()
        .join(AlertMention, AlertMention.mention_id == Mention.id)
        .join(Alert, Alert.id == AlertMention.alert_id)
        .where(Alert.topic == watch.topic, Alert.closed_at > since)
    )
    return frozenset(session.scalars(counted))


def _write(
    session: Session, policy: Policy, topic: str, message_id: str, at: datetime, conversation: Conversation, text: str
) -> Mention | None:
    """The new mention, or None when this message was counted for this topic before."""
    row = {
        "id": new_id(),
        "topic": topic,
        "message_id": message_id,
        "conversation_id": conversation.id,
        "customer_id": conversation.customer_id,
        "channel": conversation.channel,
        "family": policy.crisis.family_of(conversation.channel) or conversation.family,
        "at": at,
        "text": text[:EXCERPT_LENGTH],
    }
    return Mention(**row) if insert_if_absent(session, Mention, row) else None


def _seen(mention: Mention) -> Seen:
    return Seen(mention.id, mention.customer_id, mention.family, mention.channel, mention.at)
