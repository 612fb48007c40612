"""The calls of the page on which articles are written: drafts, how an answer will look, what needs a look again."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from bot.core import calls, errors, refusals, rich
from bot.core.http import Cfg, Db
from bot.core.limits import Limits, Window
from bot.core.shapes import Storable
from bot.knowledge import drafts, link_checks, links, reminders, shelf, views
from bot.knowledge.api import Editor, Reader
from bot.knowledge.schemas import (
    ArticlesOut,
    DraftIn,
    DraftOut,
    DraftsOut,
    LinksIn,
    LinksOut,
    Listing,
    PreviewIn,
    PreviewOut,
    RemindersOut,
    Untranslated,
)

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
CHECKS_PER_MINUTE = 30
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
def preview(request: Request, given: PreviewIn, _reader: Reader, db: Db) -> dict[str, Any]:
    """How an answer will look on pages and in channels without marks, and where its links lead. Calls none of them."""
    tree = rich.tree_of(given.answer)
    urls = rich.links(tree)
    known = link_checks.known(db, urls)
    found = {url: known.get(url) or links.Verdict("unlooked") for url in urls}
    return {"rich": tree, "text": rich.plain(tree), "links": link_checks.as_wire(found, refusals.language_of(request))}


@router.post("/links/check", **calls.told(LinksOut, by="staff"))
async def check_links(request: Request, given: LinksIn, editor: Editor, db: Db, settings: Cfg) -> dict[str, Any]:
    """Call each link to see whether it leads somewhere; never an address that is not on the open internet."""
    limits: Limits = request.app.state.limits
    await limits.check(Window(f"links:{editor.id}", CHECKS_PER_MINUTE, 60))
    found = await asyncio.to_thread(link_checks.known, db, given.urls)
    abroad = [url for url in dict.fromkeys(given.urls) if url not in found]
    if settings.link_checks:
        found |= await links.check(abroad, allowed=settings.link_networks)
    else:
        found |= dict.fromkeys(abroad, links.Verdict("off"))
    in_order = {url: found[url] for url in given.urls}
    return {"links": link_checks.as_wire(in_order, refusals.language_of(request))}


@router.get("/languages/missing", **calls.told(ArticlesOut, by="staff", body=False))
def untranslated(_reader: Reader, db: Db, asked: Annotated[Untranslated, Query()]) -> dict[str, Any]:
    """Articles that are not there in the language `to`."""
    listing = Listing(untranslated=asked.to, after=asked.after, limit=asked.limit)
    with db.snapshot() as session:
        found, following = shelf.page(session, listing)
        page: dict[str, Any] = {"items": views.articles(session, found)}
    return {**page, "next": following} if following else page


@router.get("/reminders", **calls.told(RemindersOut, by="staff", body=False))
def due(_reader: Reader, db: Db) -> dict[str, Any]:
    """Articles past the day of their review or their end, and those for which it comes within two weeks."""
    with db.snapshot() as session:
        return {"items": reminders.due(session)}
