"""What a customer is told while the answer takes long: once after seconds, once more when everything is piling up."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot import wire
from bot.chat import delivery
from bot.chat.models import Author, Conversation, Kind, Turn
from bot.core import clock
from bot.core.db import Database
from bot.core.settings import Settings
from bot.dialogue import words

BATCH = 100


def oldest_wait(session: Session) -> float:
    """Age in seconds of the oldest unanswered message; 0 when none waits."""
    oldest = session.scalar(select(func.min(Turn.accepted_at)).where(Turn.state == "waiting"))
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def do_tell_waiting(db: Database, settings: Settings) -> int:
    """Tell those who wait and were not told yet; returns how many. Each step is said once a message."""
    with db.transaction() as session:
        overloaded = _say_to(
            session, older_than=settings.tell_overload_after_seconds, sentence="overloaded", part=1001, offer=True
        )
        waiting = _say_to(
            session, older_than=settings.second_notice_after_seconds, sentence="still_being_handled", part=1000
        )
    return overloaded + waiting


def _say_to(session: Session, *, older_than: float, sentence: str, part: int, offer: bool = False) -> int:
    moment = clock.now()
    late = _late(session, moment - timedelta(seconds=older_than), sentence_after=older_than, moment=moment)
    for turn, conversation in late:
        choices: list[dict[str, Any]] | None = None
        if offer:
            choices = [{"title": words.say("talk_to_a_person", conversation.language), "payload": wire.HUMAN_CHOICE}]
            conversation.human_offered = True
        delivery.do_say(
            session,
            conversation=conversation,
            author=Author.SYSTEM,
            text=words.say(sentence, conversation.language),
            kind=Kind.CHOICES if choices else Kind.TEXT,
            choices=choices,
            in_reply_to=turn.message_id,
            part=part,
        )
        session.execute(update(Conversation).where(Conversation.id == conversation.id).values(told_at=moment))
    return len(late)


def _late(
    session: Session, before: datetime, *, sentence_after: float, moment: datetime
) -> list[tuple[Turn, Conversation]]:
    """The first waiting message of each conversation that is that late and was not told since it became so."""
    first = (
        select(Turn.conversation_id, func.min(Turn.seq).label("seq"))
        .where(Turn.state == "waiting", Turn.accepted_at <= before)
        .group_by(Turn.conversation_id)
        .subquery()
    )
    rows = session.execute(
        select(Turn, Conversation)
        .join(first, (first.c.conversation_id == Turn.conversation_id) & (first.c.seq == Turn.seq))
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Conversation.owner == "bot", or_(Conversation.told_at.is_(None), Conversation.told_at <= before))
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True, of=Conversation)
    ).all()
    due = timedelta(seconds=sentence_after)
    return [
        (turn, conversation)
        for turn, conversation in rows
        if conversation.told_at is None or conversation.told_at < turn.accepted_at + due
    ]
