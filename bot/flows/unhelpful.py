"""An answer was tapped as not helpful: its question goes to the editors."""

from typing import Any

from bot.chat.models import Conversation, Feedback, Message
from bot.core.db import Database
from bot.dialogue import inbox
from bot.knowledge.gaps.service import NOT_HELPFUL


def keep_question(db: Database, payload: dict[str, Any]) -> None:
    """Job handler, safe to repeat: the last word on the answer counts."""
    with db.transaction() as session:
        judged = session.get(Feedback, payload["message_id"])
        answer = session.get_one(Message, payload["message_id"])
        if judged is None or judged.helpful or answer.in_reply_to is None:
            return
        asked = session.get_one(Message, answer.in_reply_to)
        conversation = session.get_one(Conversation, answer.conversation_id)
        inbox.do_note_gap(session, conversation, inbox.Asked(asked.id, asked.text, answer.at), reason=NOT_HELPFUL)
