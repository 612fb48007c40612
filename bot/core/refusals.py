"""How a refusal is told: the one error shape, whoever refuses, in the caller's language; and how OpenAPI names it."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from bot.core import errors, outages, sentences

_BY_STATUS: dict[int, type[errors.FirebreakError]] = {
    400: errors.Invalid,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    408: errors.TooSlow,
    413: errors.TooLarge,
}
log = logging.getLogger(__name__)


class Refusal(BaseModel):
    code: str
    message: str
    fields: dict[str, Any] | None = None


class Refused(BaseModel):
    """Every refusal has this shape."""

    error: Refusal


Kind = type[errors.FirebreakError]
REF = "#/components/schemas/{model}"


def documented(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses` for these refusals: one entry a status, naming its codes."""
    by_status: dict[int | str, list[Kind]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _entry(found) for status, found in sorted(by_status.items(), key=lambda pair: str(pair[0]))}


def _entry(kinds: list[Kind]) -> dict[str, Any]:
    told = " ".join(f"`{kind.code}`: {kind.sentence}" for kind in kinds)
    return {
        "content": {"application/json": {"schema": {"$ref": REF.format(model=Refused.__name__)}}},
        "description": told,
    }


def schemas() -> dict[str, Any]:
    """What the entries refer to. Named once: as a `model` of every route FastAPI would build it hundreds of times."""
    found = Refused.model_json_schema(ref_template=REF)
    return {**found.pop("$defs"), Refused.__name__: found}


def install(app: FastAPI) -> None:
    """Give every error that one shape."""
    app.add_exception_handler(errors.FirebreakError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in outages.AWAY:
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, _unforeseen)
    app.router.default = _nowhere


def unfit(error: ValidationError, *place: str) -> RequestValidationError:
    """The refusal of what stands at `place` in a body and was looked at by us, not by FastAPI: a token's claims."""
    return RequestValidationError([{**found, "loc": ("body", *place, *found["loc"])} for found in error.errors()])


def language_of(connection: HTTPConnection) -> str:
    return sentences.preferred(connection.headers.get("accept-language", ""))


def response(error: errors.FirebreakError, language: str = "en") -> JSONResponse:
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if error.retry_after is not None else None
    return JSONResponse({"error": error.as_dict(language)}, error.status, headers)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.FirebreakError)
    return response(error, language_of(request))


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    fields = {_place(found["loc"]): sentences.problem(found, language) for found in error.errors()}
    field, problem = next(iter(fields.items()))
    words = {"field": field, "problem": problem}
    return response(errors.Invalid("{field}: {problem}.", words=words, fields=fields), language)


def _place(where: tuple[int | str, ...]) -> str:
    """`body.customer.name` without its first step. A body that is no JSON has a number there, which says nothing."""
    steps = [str(step) for step in where[1:]]
    return "body" if not steps or isinstance(where[1], int) else ".".join(steps)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        body = {"code": "refused", "message": str(error.detail)}
        return JSONResponse({"error": body}, error.status_code, error.headers)
    answer = response(kind(), language_of(request))
    answer.headers.update(error.headers or {})
    return answer


async def _database(request: Request, error: Exception) -> JSONResponse:
    """The database is away or full: said so, and when to come back. Its own words are in the log, not here."""
    refusal = outages.refusal(error)
    if refusal is None:
        raise error
    log.warning("refused for the database", extra={"code": refusal.code, "cause": type(error).__name__})
    return response(refusal, language_of(request))


async def _unforeseen(request: Request, _error: Exception) -> JSONResponse:
    return response(errors.FirebreakError(), language_of(request))


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """What answers at a path that is none of ours."""
    answer = response(errors.NotFound(), language_of(HTTPConnection(scope)))
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(answer)
    else:
        await answer(scope, receive, send)
