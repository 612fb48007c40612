"""Pictures of articles: brought by editors, shown to everybody."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.datastructures import UploadFile

from bot.core import calls, errors
from bot.core.db import Database
from bot.core.http import Db
from bot.core.shapes import Storable
from bot.knowledge import images
from bot.knowledge.api import Editor
from bot.knowledge.schemas import ImageOut

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
shown = APIRouter(tags=["knowledge"])
FOR_EVER = "public, max-age=31536000, immutable"
"""The name is made of the bytes: what it names never changes."""
FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
TOLD = calls.told(ImageOut, by="staff", status=201)


@router.post("/images", **{**TOLD, "openapi_extra": {**TOLD["openapi_extra"], "requestBody": FORM}})
async def bring(request: Request, editor: Editor, db: Db) -> dict[str, Any]:
    """Keep a picture: a form with one `file`. Its bytes say what it is, not its name."""
    async with request.form(max_files=1, max_fields=1) as form:
        given = form.get("file")
        if not isinstance(given, UploadFile):
            raise errors.Invalid("A form with a file is expected.", fields={"file": "missing"})
        content = await given.read()
    return await asyncio.to_thread(_kept, db, content, editor)


@shown.get("/images/{name}", include_in_schema=False)
def show(name: Annotated[str, Path(max_length=60), Storable], db: Db) -> Response:
    """A picture, to anybody who has its address."""
    with db.snapshot() as session:
        found = images.find(session, name)
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOR_EVER})


def _kept(db: Database, content: bytes, editor: Any) -> dict[str, Any]:
    with db.transaction() as session:
        kept = images.do_keep(session, content=content, by=editor)
        return {
            "image_id": kept.id,
            "url": images.path_of(kept),
            "bytes": len(kept.content),
            "media_type": kept.media_type,
            "width": kept.width,
            "height": kept.height,
        }
