"""How often articles were answers, and what came of it: read from messages, feedback and turns, never counted twice."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from bot import wire
from bot.chat.models import Author, Conversation, Feedback, Message, Turn
from bot.core import clock
from bot.understanding import redact

MOST_REASONS = 20
Z = 1.96
"""For the lower end of a share that few answers stand for (Wilson, 95 %)."""


@dataclass(frozen=True)
class Use:
    """`handoffs`: after how many of its answers the next thing in the episode was a person."""

    shown: int = 0
    people: int = 0
    helped: int = 0
    not_helped: int = 0
    handoffs: int = 0
    last_used_at: datetime | None = None

    @property
    def hurt(self) -> float:
        """The share of answers that ended badly, as low as it may really be: 0 where little is known."""
        bad = min(self.not_helped + self.handoffs, self.shown)
        if not bad:
            return 0.0
        share, n = bad / self.shown, self.shown
        middle = share + Z * Z / (2 * n)
        margin = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        return (middle - margin) / (1 + Z * Z / n)

    def as_wire(self) -> dict[str, Any]:
        return {
            "shown": self.shown,
            "people": self.people,
            "helped": self.helped,
            "not_helped": self.not_helped,
            "handoffs": self.handoffs,
            "hurt": round(self.hurt, 3),
            "last_used_at": clock.iso(self.last_used_at) if self.last_used_at else None,
        }


NEVER = Use()


def of_all(session: Session, since: datetime, *, article_id: str | None = None) -> dict[str, Use]:
    """The use of every article that was an answer since then, or of one."""
    uses = {row.article_id: row.use for row in _shown(session, since, article_id)}
    for one, (helped, not_helped) in _judged(session, since, article_id).items():
        uses[one] = replace(uses.get(one, NEVER), helped=helped, not_helped=not_helped)
    for one, count in _handoffs(session, since, article_id).items():
        uses[one] = replace(uses.get(one, NEVER), handoffs=count)
    return uses


def reasons(session: Session, article_id: str) -> list[dict[str, Any]]:
    """What customers wrote when it did not help, the newest first, private numbers taken out."""
    told = (
        select(Feedback.reason, Feedback.at, Feedback.conversation_id)
        .where(Feedback.article_id == article_id, Feedback.helpful.is_(False), Feedback.reason.is_not(None))
        .order_by(Feedback.at.desc(), Feedback.message_id)
        .limit(MOST_REASONS)
    )
    return [
        {"reason": redact.redact(reason or ""), "at": clock.iso(at), "conversation_id": conversation_id}
        for reason, at, conversation_id in session.execute(told)
    ]


@dataclass(frozen=True)
class _Shown:
    article_id: str
    use: Use


def _answers(since: datetime, article_id: str | None) -> ColumnElement[bool]:
    which = Message.article_id == article_id if article_id else Message.article_id.is_not(None)
    return and_(which, Message.author == Author.BOT, Message.at >= since)


def _shown(session: Session, since: datetime, article_id: str | None) -> Iterator[_Shown]:
    people = func.count(func.distinct(Conversation.customer_id))
    counted = (
        select(Message.article_id, func.count(), people, func.max(Message.at))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(_answers(since, article_id))
        .group_by(Message.article_id)
    )
    for one, shown, distinct, last in session.execute(counted):
        yield _Shown(str(one), Use(shown=shown, people=distinct, last_used_at=last))


def _judged(session: Session, since: datetime, article_id: str | None) -> Mapping[str, Sequence[int]]:
    helped = func.sum(case((Feedback.helpful.is_(True), 1), else_=0))
    which = Feedback.article_id == article_id if article_id else Feedback.article_id.is_not(None)
    counted = select(Feedback.article_id, helped, func.count()).where(which, Feedback.at >= since)
    rows = session.execute(counted.group_by(Feedback.article_id))
    return {str(one): (int(good), whole - int(good)) for one, good, whole in rows}


def _handoffs(session: Session, since: datetime, article_id: str | None) -> Mapping[str, int]:
    """Of the answers and the messages that were handed over, in their order: which answer came right before one."""
    answers = select(
        Message.conversation_id, Message.episode, Message.seq, Message.article_id, literal(0, Integer).label("handed")
    ).where(_answers(since, None))
    handed = (
        select(Message.conversation_id, Message.episode, Message.seq, null().label("article_id"), literal(1, Integer))
        .join(Turn, Turn.message_id == Message.id)
        .where(Message.at >= since, Turn.outcome == wire.HANDOFF)
    )
    if article_id:
        there = Message.conversation_id.in_(select(Message.conversation_id).where(_answers(since, article_id)))
        answers, handed = answers.where(there), handed.where(there)
    events = union_all(answers, handed).subquery()
    before = func.lag(events.c.article_id).over(
        partition_by=(events.c.conversation_id, events.c.episode), order_by=events.c.seq
    )
    ordered = select(before.label("article_id"), events.c.handed).subquery()
    counted = select(ordered.c.article_id, func.count()).where(ordered.c.handed == 1, ordered.c.article_id.is_not(None))
    if article_id:
        counted = counted.where(ordered.c.article_id == article_id)
    return {str(one): count for one, count in session.execute(counted.group_by(ordered.c.article_id))}
