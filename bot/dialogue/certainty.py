"""What a customer is told while the answer takes long: once after seconds, once more when everything is piling up."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot import wire
from bot.chat import delivery
from bot.chat.models import Author, Conversation, Kind, Message, Turn
from bot.core import clock
from bot.core.db import Database
from bot.core.settings import Settings
from bot.dialogue import words

BATCH = 10
"""Few at a time: whoever writes keeps acknowledgements waiting."""


def oldest_wait(session: Session, *, untried: bool = False) -> float:
    """Age in seconds of the oldest unanswered message, or of the oldest not yet tried; 0 when none waits."""
    wanted = select(func.min(Turn.accepted_at)).where(Turn.state == "waiting")
    oldest = session.scalar(wanted.where(Turn.attempts == 0) if untried else wanted)
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


@dataclass(frozen=True)
class Step:
    """A sentence that is due when a message has waited so long; `part` keeps it from being said twice."""

    older_than: float
    sentence: str
    part: int
    offer: bool = False


def do_tell_waiting(db: Database, settings: Settings) -> int:
    """Tell those who wait and were not told yet; returns how many. Each step is said once a message."""
    overloaded = Step(settings.tell_overload_after_seconds, "overloaded", 1001, offer=True)
    waiting = Step(settings.second_notice_after_seconds, "still_being_handled", 1000)
    return _take(db, overloaded) + _take(db, waiting)


def _take(db: Database, step: Step) -> int:
    """Say one step to everybody it is due to, a few in each transaction."""
    told = 0
    while True:
        with db.snapshot() as session:
            due = [conversation.id for _, conversation in _late(session, step)]
        if not due:
            return told
        with db.transaction() as session:
            told += _say_to(session, step, due)


def _say_to(session: Session, step: Step, conversation_ids: list[str]) -> int:
    moment = clock.now()
    held = select(Conversation.id).where(Conversation.id.in_(conversation_ids)).order_by(Conversation.id)
    session.execute(held.with_for_update(key_share=True)).all()
    late = _late(session, step, among=conversation_ids)
    for turn, conversation in late:
        choices: list[dict[str, Any]] | None = None
        if step.offer:
            choices = [{"title": words.say("talk_to_a_person", conversation.language), "payload": wire.HUMAN_CHOICE}]
            conversation.human_offered = True
        delivery.do_say(
            session,
            conversation=conversation,
            author=Author.SYSTEM,
            text=words.say(step.sentence, conversation.language),
            kind=Kind.CHOICES if choices else Kind.TEXT,
            choices=choices,
            in_reply_to=turn.message_id,
            part=step.part,
        )
        session.execute(update(Conversation).where(Conversation.id == conversation.id).values(told_at=moment))
    return len(late)


def _late(session: Session, step: Step, *, among: list[str] | None = None) -> list[tuple[Turn, Conversation]]:
    """The oldest waiting message of each conversation that is that late and was not told since it became so.

    With `among`, only these conversations, whose rows the caller holds.
    """
    before = clock.now() - timedelta(seconds=step.older_than)
    first = (
        select(Turn.conversation_id, func.min(Turn.seq).label("seq"))
        .where(Turn.state == "waiting", Turn.accepted_at <= before)
        .group_by(Turn.conversation_id)
        .subquery()
    )
    told = aliased(Message)
    already = exists().where(told.in_reply_to == Turn.message_id, told.part == step.part)
    wanted = (
        select(Turn, Conversation)
        .join(first, (first.c.conversation_id == Turn.conversation_id) & (first.c.seq == Turn.seq))
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(
            Conversation.owner == "bot",
            ~already,
            or_(Conversation.told_at.is_(None), Conversation.told_at <= before),
        )
        .limit(BATCH)
    )
    if among is not None:
        wanted = wanted.where(Conversation.id.in_(among))
    return [(turn, conversation) for turn, conversation in session.execute(wanted).all()]
