"""The conversation around a question, for whoever sees to the knowledge base: words without private numbers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from sqlalchemy import select

from bot.chat.models import Author, Conversation, Message
from bot.core import calls, clock, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Seq, Storable
from bot.understanding import redact

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require(Role.EDITOR, Role.SUPERVISOR, Role.QUALITY))]
ConversationId = Annotated[str, Path(min_length=1, max_length=32), Storable]
AROUND = 20
"""Messages before and after."""


class LineOut(BaseModel):
    seq: int
    author: Author
    text: str
    at: str


class ReadingOut(BaseModel):
    messages: list[LineOut]


@router.get("/conversations/{conversation_id}", **calls.told(ReadingOut, errors.NotFound, by="staff", body=False))
def read(
    conversation_id: ConversationId, _reader: Reader, db: Db, seq: Annotated[Seq | None, Query()] = None
) -> dict[str, Any]:
    """What was said around message `seq`; without it, the end of the conversation."""
    with db.snapshot() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise errors.NotFound("There is no such conversation here.")
        middle = seq or conversation.last_seq
        around = Message.seq.between(middle - AROUND, middle + AROUND)
        wanted = select(Message).where(Message.conversation_id == conversation_id, around).order_by(Message.seq)
        return {"messages": [_line(message) for message in session.scalars(wanted)]}


def _line(message: Message) -> dict[str, Any]:
    text = redact.redact(message.text)
    return {"seq": message.seq, "author": message.author, "text": text, "at": clock.iso(message.at)}
