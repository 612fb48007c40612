"""How calls are read and told: bodies by the same JSON parser as frames, answers by what OpenAPI says of them."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from bot.core import errors, refusals
from bot.core.refusals import Kind

JSON_TYPE = "application/json"
SCHEMES = {
    "conversation": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that `POST /conversations` answered. It opens that conversation alone.",
    },
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that `POST /staff/login` answered; pages use its cookie instead.",
    },
}
BY: dict[str, tuple[Kind, ...]] = {
    "anybody": (),
    "conversation": (errors.Unauthenticated, errors.NotFound),
    "staff": (errors.Unauthenticated, errors.Forbidden),
}
ALWAYS: tuple[Kind, ...] = (errors.TooLarge, errors.Invalid, errors.RateLimited)
"""What any call below `/api/v1` may be refused with."""
WITH_A_BODY: tuple[Kind, ...] = (errors.TooSlow,)


class Call(APIRoute):
    """A route whose body is strict JSON, as a frame is: no NaN, no half of a character, not too deep."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handled(request: Request) -> Response:
            if not _is_json(request.headers.get("content-type", JSON_TYPE)):
                raise errors.Invalid(
                    "A body is JSON in UTF-8: send Content-Type application/json.",
                    fields={"body": "not application/json"},
                )
            return await handle(StrictRequest(request.scope, request.receive))

        return handled


class StrictRequest(Request):
    async def json(self) -> Any:
        return orjson.loads(await self.body())


def told(
    shape: Any,
    *kinds: Kind,
    by: Literal["anybody", "conversation", "staff"],
    status: int = 200,
    also: int | None = None,
    body: bool = True,
) -> dict[str, Any]:
    """What a route's decorator says: the shape of the good answer, and the refusals beyond those of every call.

    `by`: whose token opens it. `also`: a second status of the same shape. Shapes of answers are for the OpenAPI
    document: they are held to it by the tests, not by a check that people wait for.
    """
    good: dict[int | str, dict[str, Any]] = {}
    if shape is not None:
        good = {code: {"model": shape} for code in (status, also) if code is not None}
    refused = refusals.documented(*(WITH_A_BODY if body else ()), *BY[by], *kinds)
    return {
        "status_code": status,
        "response_model": None,
        "responses": {**good, **refused},
        "openapi_extra": None if by == "anybody" else {"security": [{by: []}]},
    }


def answer(content: Any, *, status: int = 200) -> Response:
    """An answer as it stands, for calls whose time counts."""
    return Response(orjson.dumps(content), status, media_type=JSON_TYPE)


def describe(app: FastAPI) -> None:
    """Make the app's OpenAPI document name the tokens."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(title=app.title, version=app.version, routes=app.routes)
            found["components"]["securitySchemes"] = SCHEMES
            found["components"]["schemas"] |= refusals.schemas()
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _is_json(content_type: str) -> bool:
    named = content_type.partition(";")[0].strip().lower()
    return named == JSON_TYPE or (named.startswith("application/") and named.endswith("+json"))
