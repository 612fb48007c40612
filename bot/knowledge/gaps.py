"""Questions that could not be answered: kept once a message, listed newest first."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.chat.models import Conversation
from bot.core import clock
from bot.core.tables import insert_if_absent
from bot.knowledge.models import Gap


def do_note(session: Session, *, conversation: Conversation, message_id: str, text: str, reason: str) -> None:
    """Keep the question; a second note on the same message changes nothing."""
    asked = {
        "message_id": message_id,
        "conversation_id": conversation.id,
        "customer_id": conversation.customer_id,
        "language": conversation.language,
        "text": text,
        "reason": reason,
        "at": clock.now(),
    }
    insert_if_absent(session, Gap, asked)


def listed(session: Session, *, limit: int = 100) -> list[dict[str, Any]]:
    """Gaps with the same words counted together, most people first."""
    people = func.count(func.distinct(Gap.customer_id))
    newest = func.max(Gap.at)
    rows = session.execute(
        select(func.min(Gap.text), Gap.language, people, func.count(), newest, func.min(Gap.conversation_id))
        .group_by(func.lower(Gap.text), Gap.language)
        .order_by(people.desc(), newest.desc())
        .limit(limit)
    )
    return [
        {
            "text": text,
            "language": language,
            "people": distinct,
            "messages": count,
            "last_at": clock.iso(at),
            "conversation_id": conversation_id,
        }
        for text, language, distinct, count, at, conversation_id in rows
    ]
