"""What operators ask: is it alive, is each part ready, and the figures."""

import asyncio
from typing import Any

import aiohttp
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.alerts.models import OPEN, Alert
from bot.chat.models import Turn
from bot.core import jobs
from bot.core.db import Database
from bot.desk.models import UNSETTLED, Ticket
from bot.dialogue import certainty
from bot.knowledge import indexing
from knowledge_index.client import KnowledgeUnavailable

ASK_SECONDS = 2.0
router = APIRouter(tags=["operators"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """Each part and its state. 200 when messages are answered, else 503; to be acknowledged they need the database."""
    state = request.app.state
    database, engine, actions, knowledge = await asyncio.gather(
        asyncio.to_thread(_database, state.db), _engine(state), _actions(state), _knowledge(state)
    )
    parts = {"database": database, "engine": engine, "actions": actions, "knowledge": knowledge}
    answering = all(part["state"] in ("ok", "off") for part in parts.values())
    return JSONResponse({"ready": answering, "parts": parts}, 200 if answering else 503)


@router.get("/metrics")
def figures(request: Request) -> Response:
    state = request.app.state
    metrics.SOCKETS.set(len(state.sockets))
    with state.db.snapshot() as session:
        metrics.QUEUE_AGE.set(certainty.oldest_wait(session))
        metrics.WAITING_TURNS.set(_count(session, select(func.count()).where(Turn.state == "waiting")))
        metrics.FAILED_JOBS.set(jobs.failed(session))
        metrics.OPEN_TICKETS.set(_count(session, select(func.count()).where(Ticket.status.in_(UNSETTLED))))
        metrics.OPEN_ALERTS.set(_count(session, select(func.count()).where(Alert.phase.in_(OPEN))))
        for engine, count in session.execute(
            select(Turn.engine, func.count()).where(Turn.state == "done").group_by(Turn.engine)
        ):
            metrics.ANSWERS.labels(engine or "none").set(count)
    return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def _count(session: Any, wanted: Any) -> int:
    return int(session.scalar(wanted) or 0)


def _database(db: Database) -> dict[str, Any]:
    try:
        with db.snapshot() as session:
            session.execute(text("select 1"))
            gave_up = jobs.failed(session)
    except SQLAlchemyError as error:
        return {"state": "down", "cause": type(error).__name__}
    return {"state": "ok", "failed_jobs": gave_up}


async def _engine(state: Any) -> dict[str, Any]:
    engine = state.parts.answering.engine
    return {"state": "ok" if await engine.ready() else "down", "name": engine.name}


async def _actions(state: Any) -> dict[str, Any]:
    if state.settings.engine != "rasa":
        return {"state": "off"}
    try:
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        health = f"{state.settings.actions_url}/health"
        async with aiohttp.ClientSession(timeout=timeout) as client, client.get(health) as response:
            return {"state": "ok" if response.status == 200 else "down"}
    except (aiohttp.ClientError, TimeoutError):
        return {"state": "down"}


async def _knowledge(state: Any) -> dict[str, Any]:
    try:
        health = await state.parts.knowledge.health()
    except KnowledgeUnavailable:
        return {"state": "down"}
    told = {"articles": health.get("articles", 0)}
    if health["state"] != "ready":
        return {"state": "loading", **told}
    try:
        equal = await indexing.is_equal(state.db, health["digest"])
    except SQLAlchemyError:
        return {"state": "unknown", **told}
    return {"state": "ok" if equal else "behind", **told}
