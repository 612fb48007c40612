"""Whether the bot's answers helped: said by a tap, or in words right after the answer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat.models import Author, Conversation, Feedback, Message
from bot.core import clock
from bot.core.tables import insert_if_absent

JUDGED_JOB = "answer_judged"
"""Somebody tapped whether an answer helped."""


def do_note(session: Session, *, conversation: Conversation, helpful: bool) -> None:
    """The customer's words tell of the conversation's last answer. What they tapped on it says more, and stays."""
    answer = session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.author == Author.BOT,
            Message.article_id == conversation.last_article_id,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if answer is None:
        return
    told = {
        "message_id": answer.id,
        "conversation_id": conversation.id,
        "article_id": answer.article_id,
        "helpful": helpful,
        "reason": None,
        "at": clock.now(),
    }
    insert_if_absent(session, Feedback, told)
