"""Files to take away: all articles, and the rows of an import that were not taken."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from bot.core import calls, clock, errors, refusals
from bot.core.auth import Staff
from bot.core.db import Database
from bot.core.http import Db, require
from bot.knowledge.imports import exporting, staging
from bot.knowledge.imports.api import Editor, ImportId
from bot.knowledge.imports.formats import registry
from bot.knowledge.imports.formats.columns import defused
from bot.knowledge.imports.models import ImportRow, Kind
from bot.knowledge.imports.schemas import problems_out

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
PIECE_BYTES = 64 * 1024
IN_MEMORY_BYTES = 8_000_000
BYTES = {"schema": {"type": "string", "format": "binary"}}
COLUMNS = ("row", "place", "kind", "problem", "question", "answer")


def _told(*formats: str, kinds: Sequence[refusals.Kind] = ()) -> dict[str, Any]:
    """What a route's decorator says of a call that answers with a file of one of these formats."""
    found = calls.told(None, *kinds, by="staff", body=False)
    types = {registry.FORMATS[form].media_type.partition(";")[0]: BYTES for form in formats}
    return {**found, "responses": {200: {"content": types}, **found["responses"]}, "response_class": StreamingResponse}


@router.get("/export", **_told(*exporting.WRITERS))
def export(
    _reader: Annotated[Staff, Depends(require())],
    db: Db,
    format: Literal["csv", "xlsx", "json", "jsonl", "yaml", "markdown"] = "csv",
    language: Literal["", "en", "zh"] = "",
    status: Literal["", "draft", "published", "unpublished", "archived"] = "",
) -> StreamingResponse:
    """All articles, or those of a language or status, as a file that can be brought back unchanged."""
    out = _room()
    exporting.write(format, exporting.articles(db, language=language, status=status), out)
    day = f"{clock.now():%Y-%m-%d}"
    name = "-".join(part for part in ("articles", language, status, day) if part)
    return _sent(out, f"{name}.{exporting.ENDINGS[format]}", registry.FORMATS[format].media_type)


@router.get("/imports/{import_id}/refused", **_told("csv", kinds=[errors.NotFound]))
def refused(import_id: ImportId, request: Request, _editor: Editor, db: Db) -> StreamingResponse:
    """The rows that were wrong or left out, each with the reason, as CSV."""
    with db.snapshot() as session:
        staging.access(session, import_id)
    out = _room()
    lines = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows(_refused(db, import_id, refusals.language_of(request)))
    lines.detach()
    return _sent(out, "refused.csv", registry.FORMATS["csv"].media_type)


def _refused(db: Database, import_id: str, language: str) -> Iterator[list[str]]:
    for rows in staging.to_take(db, import_id, (Kind.WRONG, Kind.DUPLICATE)):
        yield from ([defused(cell) for cell in _cells(row, language)] for row in rows)


def _cells(row: ImportRow, language: str) -> tuple[str, ...]:
    why = "; ".join(f"{one['column']}: {one['problem']}" for one in problems_out(row, language))
    answer = str((row.content or {}).get("answer") or "")
    return str(row.number), row.place or "", row.kind, why, row.question, answer


def _room() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


def _sent(out: IO[bytes], name: str, media_type: str) -> StreamingResponse:
    out.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(out), media_type=media_type, headers=headers)


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        while piece := out.read(PIECE_BYTES):
            yield piece
