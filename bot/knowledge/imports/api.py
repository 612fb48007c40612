"""Files of articles over HTTP: brought, looked at before anything happens, applied. For editors."""

import asyncio
import functools
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import select
from starlette.datastructures import UploadFile

from bot.core import calls, errors, jobs, refusals
from bot.core.auth import Role, Staff
from bot.core.db import Database
from bot.core.http import Db, require
from bot.core.shapes import LARGEST_INTEGER, Storable
from bot.knowledge.imports import staging
from bot.knowledge.imports.formats import registry
from bot.knowledge.imports.models import Import, ImportRow, Kind, State
from bot.knowledge.imports.schemas import (
    ImportOut,
    ImportsOut,
    ReportOut,
    import_out,
    problems_out,
    row_out,
    whole_out,
)
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
ImportId = Annotated[str, Path(min_length=1, max_length=32), Storable]
Place = Annotated[int, Query(ge=0, le=LARGEST_INTEGER)]
LARGEST_BYTES = 20_000_000
SHOWN = 100
PROBLEMS_SHOWN = 100
LISTED = 20
FILE = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
    "required": True,
}
BROUGHT = calls.told(ImportOut, by="staff", status=202)
BROUGHT["openapi_extra"] = {**BROUGHT["openapi_extra"], "requestBody": FILE}


@router.post("/imports", **BROUGHT)
async def bring(
    request: Request,
    editor: Editor,
    db: Db,
    dry_run: bool = False,
    format: Annotated[str, Query(max_length=16), Storable] = "",
    language: Literal["", "en", "zh"] = "",
    publish: bool = True,
    skip_wrong: bool = False,
    duplicates: Literal["skip", "take"] = "skip",
) -> dict[str, Any]:
    """Bring a file of articles. It is read at once, row by row; with `dry_run` nothing is written before `apply`.

    `language`: that of rows which name none. `publish`: new articles are answered with, else they are drafts; those
    that are there keep their state. A wrong row refuses the whole file unless `skip_wrong`. Rows that ask what
    another article asks already are left out, unless `duplicates=take`.
    """
    name, data = await _file(request)
    chosen = registry.named(format) if format else registry.of_file(name)
    options = {
        "dry_run": dry_run,
        "language": language or None,
        "publish": publish,
        "skip_wrong": skip_wrong,
        "duplicates": duplicates == "take",
    }
    keep = functools.partial(staging.keep_file, db, data, name=name, form=chosen.name, options=options, by=editor)
    import_id = await asyncio.to_thread(keep)
    with db.snapshot() as session:
        return import_out(staging.access(session, import_id), refusals.language_of(request))


@router.get("/imports", **calls.told(ImportsOut, by="staff", body=False))
def listed(request: Request, _editor: Editor, db: Db) -> dict[str, Any]:
    """The last imports, the newest first."""
    language = refusals.language_of(request)
    with db.snapshot() as session:
        found = session.scalars(select(Import).order_by(Import.created_at.desc(), Import.id.desc()).limit(LISTED))
        return {"items": [import_out(one, language) for one in found]}


@router.get("/imports/{import_id}", **calls.told(ReportOut, errors.NotFound, by="staff", body=False))
async def report(
    import_id: ImportId,
    request: Request,
    _editor: Editor,
    db: Db,
    after: Place = 0,
    kind: Literal["", "new", "changed", "same", "duplicate", "wrong"] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = SHOWN,
) -> dict[str, Any]:
    """How far it has come, what is wrong, and what each row does, by their order in the file."""
    language = refusals.language_of(request)
    told = await asyncio.to_thread(_report, db, import_id, language, after, kind, limit)
    return {**told, "vectors": await _vectors(request, told)}


@router.post(
    "/imports/{import_id}/apply",
    **calls.told(ImportOut, errors.NotFound, errors.Conflict, by="staff", status=202, body=False),
)
def apply(import_id: ImportId, request: Request, _editor: Editor, db: Db, skip_wrong: bool = False) -> dict[str, Any]:
    """Make a dry run real. `409` unless it has been checked, or while rows are wrong and are not to be left out."""
    with db.transaction() as session:
        found = staging.do_begin(session, import_id)
        _check_may_be_applied(found, skip_wrong)
        found.state, found.problem = State.APPLYING, None
        found.options = {**found.options, "skip_wrong": skip_wrong}
        jobs.enqueue(session, staging.JOB, {"import_id": found.id}, key=found.id)
        return import_out(found, refusals.language_of(request))


async def _file(request: Request) -> tuple[str, bytes]:
    """The name and the bytes of the one file that a form brings. Raises Invalid."""
    async with request.form(max_files=1, max_fields=10) as form:
        given = form.get("file")
        if not isinstance(given, UploadFile) or not given.filename:
            raise errors.Invalid("A form with a file is expected.", fields={"file": "missing"})
        if (given.size or 0) > LARGEST_BYTES:
            raise errors.TooLarge("A file has at most {most:,} bytes.", words={"most": LARGEST_BYTES})
        return registry.tidy(given.filename), await given.read()


def _check_may_be_applied(found: Import, skip_wrong: bool) -> None:
    if found.state != State.CHECKED:
        raise errors.Conflict("This import is {state}.", words={"state": found.state})
    if found.counts.get(Kind.WRONG) and not skip_wrong:
        raise errors.Conflict("Wrong rows: {wrong}.", words={"wrong": found.counts[Kind.WRONG]})


def _report(db: Database, import_id: str, language: str, after: int, kind: str, limit: int) -> dict[str, Any]:
    with db.snapshot() as session:
        found = staging.access(session, import_id)
        rows = select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.position)
        shown = rows.where(ImportRow.position > after)
        if kind:
            shown = shown.where(ImportRow.kind == kind)
        page = list(session.scalars(shown.limit(limit + 1)))
        wrong = session.scalars(rows.where(ImportRow.kind == Kind.WRONG).limit(PROBLEMS_SHOWN))
        problems = [problem for row in wrong for problem in problems_out(row, language)]
        whole = [whole_out(found.problem, language)] if found.problem else []
        answer = {
            **import_out(found, language),
            "problems": [*whole, *problems],
            "preview": [row_out(row, language) for row in page[:limit]],
        }
    return {**answer, "next": str(page[limit - 1].position)} if len(page) > limit else answer


async def _vectors(request: Request, told: dict[str, Any]) -> dict[str, int] | None:
    """How many of its articles have their vectors by now: those still missing in the index are counted as its own."""
    of = told["counts"]["new"] + told["counts"]["changed"]
    if told["state"] != State.DONE or not of:
        return None
    client: KnowledgeClient = request.app.state.parts.knowledge
    try:
        missing = (await client.health()).get("without_vectors", 0)
    except (KnowledgeUnavailable, KnowledgeRefused):
        return None
    return {"done": max(0, of - missing), "of": of}
