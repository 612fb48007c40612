"""The operators' plain addresses, open to whoever reaches the port: alive, ready, figures. No secret is in them."""

import asyncio
from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from bot import VERSION
from bot.core import metrics
from bot.core.db import Database
from bot.operations import figures, parts
from bot.operations.schemas import AliveOut, ReadyOut

READ_SECONDS = 1.5
router = APIRouter(tags=["operators"])


@router.get("/healthz", response_model=AliveOut)
async def alive() -> dict[str, str]:
    """The process answers. Nothing else is looked at: a database that is away is no reason to restart this."""
    return {"status": "alive", "version": VERSION}


@router.get("/readyz", response_model=ReadyOut, responses={503: {"model": ReadyOut}})
async def ready(request: Request) -> JSONResponse:
    """Each part: its state, since when, and what customers feel. 503 only when messages cannot be acknowledged."""
    shown = parts.as_wire(await request.app.state.watch.look())
    return JSONResponse(shown, 200 if shown["ready"] else 503)


@router.get("/metrics", response_class=PlainTextResponse)
async def shown(request: Request) -> Response:
    """Every figure, for Prometheus; those of the database are left out while it does not answer."""
    state = request.app.state
    _count_sockets(state)
    await state.scrape.read()
    return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def _count_sockets(state: Any) -> None:
    """A line belongs to the room in whose module its class stands."""
    rooms = Counter(type(line).__module__.split(".")[1] for line in state.sockets)
    for room in ("chat", "desk", "knowledge"):
        metrics.SOCKETS.labels(room).set(rooms[room])


class Scrape:
    """Reads the database's figures once for all who ask at the same time, and lets nobody wait for a hanging one."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reading: asyncio.Task[None] | None = None

    async def read(self) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(asyncio.to_thread(self._read))
        await asyncio.wait([self._reading], timeout=READ_SECONDS)
        if not self._reading.done():
            figures.forget()

    def _read(self) -> None:
        try:
            with self._db.snapshot() as session:
                figures.read(session)
        except SQLAlchemyError:
            figures.forget()
