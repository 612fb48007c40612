"""The calls of the page on which articles are written: drafts, how an answer will look, what needs a look again."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from bot.core import calls, errors, rich
from bot.core.http import Db
from bot.core.shapes import Storable
from bot.knowledge import drafts, views
from bot.knowledge.api import Editor
from bot.knowledge.schemas import DraftIn, DraftOut, DraftsOut, PreviewIn, PreviewOut

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
DraftKey = Annotated[str, Path(min_length=1, max_length=120), Storable]


@router.get("/drafts", **calls.told(DraftsOut, by="staff", body=False))
def all_drafts(editor: Editor, db: Db) -> dict[str, Any]:
    """One's own unsaved drafts, the newest first."""
    with db.snapshot() as session:
        return {"items": [views.draft(found) for found in drafts.mine(session, editor)]}


@router.get("/drafts/{key}", **calls.told(DraftOut, errors.NotFound, by="staff", body=False))
def one_draft(key: DraftKey, editor: Editor, db: Db) -> dict[str, Any]:
    """One's own draft by its key: an article's id, or `new-…`."""
    with db.snapshot() as session:
        return views.draft(drafts.access_draft(session, editor=editor, key=key))


@router.put("/drafts/{key}", **calls.told(DraftOut, errors.NotFound, errors.Conflict, by="staff"))
def keep_draft(key: DraftKey, given: DraftIn, editor: Editor, db: Db) -> dict[str, Any]:
    """Keep what is being written, in the place of one's draft before. Any part may still be missing."""
    content = given.content.model_dump(exclude_unset=True)
    with db.transaction() as session:
        kept = drafts.do_keep(
            session,
            editor=editor,
            key=key,
            article_id=given.article_id,
            based_on=given.based_on,
            content=content,
        )
        return views.draft(kept)


@router.delete("/drafts/{key}", **calls.told(None, by="staff", status=204, body=False))
def drop_draft(key: DraftKey, editor: Editor, db: Db) -> Response:
    """Throw one's draft away; harmless to repeat."""
    with db.transaction() as session:
        drafts.do_drop(session, editor=editor, key=key)
    return Response(status_code=204)


@router.post("/preview", **calls.told(PreviewOut, by="staff"))
def preview(given: PreviewIn, _editor: Editor) -> dict[str, Any]:
    """How an answer will look on pages and in channels without marks, and where its links lead."""
    tree = rich.tree_of(given.answer)
    found = [{"url": url, "state": "unchecked"} for url in rich.links(tree)]
    return {"rich": tree, "text": rich.plain(tree), "links": found}
