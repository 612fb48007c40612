"""Every door of the running app, as the app itself knows them."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount


def doors(app: FastAPI) -> set[str]:
    """`GET /path` of each call and page, `WS /path` of each socket, `FILES /path` of each folder of files."""
    return set(_doors(app.routes))


def _doors(routes: Any) -> Iterator[str]:
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _doors(route.effective_candidates())
        elif isinstance(route, Mount):
            yield f"FILES {route.path}"
        else:
            plain = getattr(route, "starlette_route", None) or route
            methods = set(getattr(plain, "methods", None) or {"WS"}) - {"HEAD"}
            yield from (f"{method} {plain.path}" for method in methods)
