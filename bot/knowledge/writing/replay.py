"""The questions of the last days once more: which would a draft answer, and which would get another answer."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import wire
from bot.chat.models import Author, Conversation, Message, Turn
from bot.understanding import redact
from knowledge_index.client import Found

LOOKED_UP = (wire.ANSWERED, wire.CHOICES, wire.UNANSWERED, wire.NOT_HELPFUL, "repeated")
"""Turns that asked the knowledge base."""
MOST_QUESTIONS = 1_000


@dataclass(frozen=True)
class Asked:
    """One question, counted over everybody who wrote it in these words; `conversation_id` is one of theirs."""

    text: str
    language: str
    people: int
    times: int
    conversation_id: str


def asked_since(session: Session, since: datetime, *, most: int = MOST_QUESTIONS) -> tuple[list[Asked], int]:
    """What most people asked first, and how many different questions there were."""
    people = func.count(func.distinct(Conversation.customer_id))
    same = (func.lower(Message.text), Conversation.language)
    words = (
        select(func.min(Message.text), Conversation.language, people, func.count(), func.max(Message.conversation_id))
        .join(Turn, Turn.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.at >= since, Message.author == Author.CUSTOMER, Turn.outcome.in_(LOOKED_UP))
        .group_by(*same)
    )
    counted = session.scalar(select(func.count()).select_from(words.subquery())) or 0
    rows = session.execute(words.order_by(people.desc(), func.count().desc(), same[0]).limit(most))
    return [Asked(row[0], _language(row[0], row[1]), row[2], row[3], row[4]) for row in rows], counted


def sorted_out(asked: Iterable[tuple[Asked, tuple[Found, Found]]]) -> dict[str, list[dict[str, Any]]]:
    """Three lists of what would change."""
    lists: dict[str, list[dict[str, Any]]] = {"newly_answered": [], "changed": [], "no_longer": []}
    for question, (now, then) in asked:
        before, after = _answer(now), _answer(then)
        if before == after:
            continue
        name = "newly_answered" if before is None else "no_longer" if after is None else "changed"
        told = {**asdict(question), "text": redact.redact(question.text)}
        lists[name].append({**told, "before": before, "after": after})
    return lists


def _answer(found: Found) -> dict[str, str] | None:
    if found.decision != "answer":
        return None
    return {"article_id": found.hits[0].article_id, "question": found.hits[0].question}


def _language(text: str, spoken: str) -> str:
    """A conversation's language may have changed since; between ours the script tells."""
    return wire.script_language(text) if spoken in wire.REPLY_LANGUAGES else spoken
