"""Keeping a customer's words: one row a message, sorted after the commit."""

from sqlalchemy.orm import Session

from bot.chat.models import Conversation
from bot.core import clock, live, metrics
from bot.core.db import after_commit
from bot.core.tables import insert_if_absent
from bot.knowledge.inbox.clusters import Box


def do_keep(
    session: Session, box: Box, *, conversation: Conversation, language: str | None, said: dict[str, str]
) -> bool:
    """Keep a message's row, `said` with its own columns; whether it is new. Its text has no private numbers."""
    row = {
        "conversation_id": conversation.id,
        "customer_id": conversation.customer_id,
        "language": language or conversation.language,
        "at": clock.now(),
        **said,
    }
    if insert_if_absent(session, box.rows, row) is None:
        return False
    live.tell(session, live.SORTING, {"kind": box.kind})
    after_commit(session, metrics.KEPT.labels(box.kind).inc)
    return True
