"""Taking a customer's words back, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from bot.chat.models import Conversation
from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Storable
from bot.flows import forgetting

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
ConversationId = Annotated[str, Path(min_length=1, max_length=32), Storable]
FORGET = calls.told(None, errors.NotFound, by="staff", status=204, body=False)


@router.post("/conversations/{conversation_id}/forget", **FORGET)
def forget(conversation_id: ConversationId, _editor: Editor, db: Db) -> None:
    """Take the conversation's words out of gaps and wishes, out of corrections and the examples made of them, and out
    of articles that were written from its tickets and never published. That something was asked, and when, stays
    counted; the conversation itself stays as it is, and so do examples in the project's files."""
    with db.transaction() as session:
        if session.get(Conversation, conversation_id) is None:
            raise errors.NotFound("There is no such conversation here.")
        forgetting.do_forget(session, conversation_id=conversation_id)
