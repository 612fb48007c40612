"""What a customer is told while the answer takes long: soon, and with an offer when everything is piling up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot import wire
from bot.chat import delivery
from bot.chat.models import Author, Conversation, Kind, Message, Turn
from bot.core import clock
from bot.core.db import Database
from bot.core.settings import Settings
from bot.dialogue import words

BATCH = 20
"""Few at a time: whoever writes keeps acknowledgements waiting."""


def oldest_wait(session: Session, *, untried: bool = False) -> float:
    """Age in seconds of the oldest unanswered message, or of the oldest not yet tried; 0 when none waits."""
    wanted = select(func.min(Turn.accepted_at)).where(Turn.state == "waiting")
    oldest = session.scalar(wanted.where(Turn.attempts == 0) if untried else wanted)
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


@dataclass(frozen=True)
class Step:
    """A sentence that is due when a message has waited so long; `part` keeps it from being said twice.

    `anew`: said of a message that came after the last telling too, else only of the conversation's oldest.
    """

    older_than: float
    sentence: str
    part: int
    anew: bool = False
    offer: bool = False


def do_tell_waiting(db: Database, settings: Settings) -> int:
    """Tell those who wait; returns how many. Of every message something is said, in its conversation and after it
    came, before it has waited `tell_overload_after_seconds`; yet whoever writes on is not told again each time."""
    last, first = settings.tell_overload_after_seconds, settings.second_notice_after_seconds
    quiet = max(0.0, last - 2 * first)
    overloaded = Step(last, "overloaded", 1001, offer=True)
    waiting = Step(first, "still_being_handled", 1000, anew=True)
    return _take(db, overloaded, quiet) + _take(db, waiting, quiet)


def _take(db: Database, step: Step, quiet: float) -> int:
    """Say one step to everybody it is due to, a few in each transaction."""
    told = 0
    while True:
        with db.snapshot() as session:
            due = [conversation.id for _, conversation in _late(session, step, quiet)]
        if not due:
            return told
        with db.transaction() as session:
            told += _say_to(session, step, quiet, due)


def _say_to(session: Session, step: Step, quiet: float, conversation_ids: list[str]) -> int:
    held = select(Conversation.id).where(Conversation.id.in_(conversation_ids)).order_by(Conversation.id)
    session.execute(held.with_for_update(key_share=True)).all()
    late = _late(session, step, quiet, among=conversation_ids)
    delivery.do_say_each(session, [_words(step, message_id, conversation) for message_id, conversation in late])
    return len(late)


def _words(step: Step, message_id: str, conversation: Conversation) -> Message:
    choices: list[dict[str, Any]] | None = None
    if step.offer:
        choices = [{"title": words.say("talk_to_a_person", conversation.language), "payload": wire.HUMAN_CHOICE}]
        conversation.human_offered = True
    conversation.told_at = clock.now()
    return delivery.compose(
        conversation,
        author=Author.SYSTEM,
        text=words.say(step.sentence, conversation.language),
        kind=Kind.CHOICES if choices else Kind.TEXT,
        choices=choices,
        in_reply_to=message_id,
        part=step.part,
    )


def _late(
    session: Session, step: Step, quiet: float, *, among: list[str] | None = None
) -> list[tuple[str, Conversation]]:
    """Conversations that the step is due to, each with the message that it is said of; BATCH at most.

    With `among`, only these conversations, whose rows the caller holds.
    """
    moment = clock.now()
    was_told_late = or_(_never_told(moment), Conversation.told_at <= moment - timedelta(seconds=quiet))
    first = (
        select(Turn.conversation_id, func.min(Turn.seq).label("seq"))
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(
            Turn.state == "waiting",
            Turn.accepted_at <= moment - timedelta(seconds=step.older_than),
            Conversation.owner == "bot",
            was_told_late,
        )
        .group_by(Turn.conversation_id)
    )
    if step.anew:
        first = first.where(or_(_never_told(moment), Conversation.told_at < Turn.accepted_at))
    if among is not None:
        first = first.where(Turn.conversation_id.in_(among))
    return _not_yet_said(session, step, first.subquery())


def _never_told(moment: datetime) -> ColumnElement[bool]:
    """Also where it was at a time that is still to come: the clock was set back since."""
    return or_(Conversation.told_at.is_(None), Conversation.told_at > moment)


def _not_yet_said(session: Session, step: Step, first: Subquery) -> list[tuple[str, Conversation]]:
    told = aliased(Message)
    already = exists().where(told.in_reply_to == Turn.message_id, told.part == step.part)
    wanted = (
        select(Turn.message_id, Conversation)
        .join(first, (first.c.conversation_id == Turn.conversation_id) & (first.c.seq == Turn.seq))
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Turn.state == "waiting", ~already)
        .limit(BATCH)
    )
    return [(message_id, conversation) for message_id, conversation in session.execute(wanted).all()]
