"""Taking a customer's words back out of the inbox, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from bot.chat.models import Conversation
from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Storable
from bot.knowledge.gaps.service import GAPS
from bot.knowledge.inbox import moving
from bot.knowledge.wishes.service import WISHES

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
ConversationId = Annotated[str, Path(min_length=1, max_length=32), Storable]
FORGET = calls.told(None, errors.NotFound, by="staff", status=204, body=False)


@router.post("/conversations/{conversation_id}/forget", **FORGET)
def forget(conversation_id: ConversationId, _editor: Editor, db: Db) -> None:
    """Take the conversation's words out of gaps and wishes, with all that was made of them. That something was asked,
    and when, stays counted; the conversation itself stays as it is."""
    with db.transaction() as session:
        if session.get(Conversation, conversation_id) is None:
            raise errors.NotFound("There is no such conversation here.")
        for box in (GAPS, WISHES):
            moving.do_forget(session, box, conversation_id=conversation_id)
