"""How calls are read and told: bodies by the same JSON parser as frames, answers by what OpenAPI says of them."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from bot.core import errors, refusals
from bot.core.refusals import Kind

JSON_TYPE = "application/json"


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


def _is_json(content_type: str) -> bool:
    named = content_type.partition(";")[0].strip().lower()
    return named == JSON_TYPE or (named.startswith("application/") and named.endswith("+json"))


def answers(model: Any, *kinds: Kind, status: int = 200, body: bool = False) -> dict[str, Any]:
    """What a route's decorator says of its answers: the shape of the good one, and the refusals beyond the usual.

    The shape is for the OpenAPI document alone; answers are not validated while people wait, but by the tests.
    """
    usual = (*refusals.ALWAYS, *(refusals.WITH_A_BODY if body else ()))
    told: dict[int | str, dict[str, Any]] = {status: {"model": model}} if model is not None else {}
    return {
        "status_code": status,
        "response_model": None,
        "responses": {**told, **refusals.documented(*usual, *kinds)},
    }
