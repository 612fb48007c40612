"""The web process: wires the rooms together and serves them. Nothing happens at import."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import Session

from bot import VERSION, upkeep, wiring
from bot.alerts import api as alerts_api
from bot.chat import api as chat_api
from bot.chat import socket as chat_socket
from bot.chat.intake import Intake, Stored
from bot.chat.models import Conversation, Owner
from bot.core import accounts_api, calls, headers, http, live, metrics, refusals, staff_api
from bot.core.passwords import Passwords
from bot.core.settings import Settings
from bot.core.socket import Seats
from bot.desk import api as desk_api
from bot.desk import handoff, views
from bot.desk import knowledge_api as desk_knowledge_api
from bot.desk import socket as desk_socket
from bot.dialogue.engine import Engine
from bot.dialogue.prewarm import Prewarmer
from bot.flows import forgetting_api
from bot.knowledge import api as knowledge_api
from bot.knowledge import editing_api, images_api
from bot.knowledge.gaps import api as gaps_api
from bot.knowledge.help import api as help_api
from bot.knowledge.imports import api as imports_api
from bot.knowledge.imports import exporting_api
from bot.knowledge.inbox import reading_api
from bot.knowledge.inbox import socket as inbox_socket
from bot.knowledge.use import api as use_api
from bot.knowledge.wishes import api as wishes_api
from bot.knowledge.writing import api as writing_api
from bot.learning import api as learning_api
from bot.operations import api as operations_api
from bot.operations import probes
from bot.operations.parts import PartsWatch
from bot.policy.shapes import Policy
from bot.wiring import Parts

THREADS = 24
WEB = Path(__file__).parent / "web"
PAGES = {
    "/": "chat.html",
    "/desk": "desk.html",
    "/alerts": "alerts.html",
    "/operations": "operations.html",
    "/learning": "learning.html",
    "/knowledge": "knowledge.html",
    "/knowledge/inbox": "knowledge-inbox.html",
    "/knowledge/import": "knowledge-import.html",
    "/account": "account.html",
    "/sign-in": "sign-in.html",
    "/docs": "reference.html",
}
log = logging.getLogger(__name__)


def create_app(settings: Settings, *, engine: Engine | None = None, long_lived: bool = False) -> FastAPI:
    """The whole product on one database. `engine` takes the place of the one that the settings name (tests).

    `long_lived`: the process serves this app and nothing else until it ends.
    """
    app = FastAPI(title="Firebreak", version=VERSION, lifespan=_lifespan, docs_url=None, redoc_url=None)
    state = app.state
    state.settings = settings
    state.long_lived = long_lived
    state.parts = parts = wiring.build(settings, engine=engine)
    state.hub, state.db, state.policy = parts.hub, parts.db, parts.policy
    state.limits = parts.limits
    state.ticket_view = TicketView(state.policy)
    state.sockets, state.seats = set(), Seats()
    state.watch = PartsWatch(parts, part="web")
    state.scrape = probes.Scrape(parts.db)
    metrics.BUILD.info({"version": VERSION, "engine": settings.engine})
    app.add_middleware(http.Guard)
    app.add_middleware(headers.SecurityHeaders, settings=settings)
    refusals.install(app)
    calls.describe(app)
    app.include_router(_api())
    app.include_router(help_api.router)
    app.include_router(probes.router)
    app.include_router(images_api.shown)
    _serve_pages(app)
    return app


class TicketView:
    """What the chat room may tell of a ticket, without knowing the desk."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def brief(self, session: Session, conversation: Conversation) -> dict[str, Any] | None:
        ticket = handoff.unsettled(session, conversation.id) or views.newest(session, conversation.id)
        return views.brief(ticket) if ticket else None

    def full(self, session: Session, conversation: Conversation) -> dict[str, Any] | None:
        return views.customer_view(session, policy=self._policy, conversation=conversation)


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1", responses=refusals.documented(*calls.ALWAYS))
    for room in (
        chat_api,
        chat_socket,
        staff_api,
        accounts_api,
        desk_api,
        desk_knowledge_api,
        desk_socket,
        knowledge_api,
        gaps_api,
        inbox_socket,
        wishes_api,
        imports_api,
        exporting_api,
        editing_api,
        images_api,
        reading_api,
        forgetting_api,
        use_api,
        writing_api,
        alerts_api,
        operations_api,
        learning_api,
    ):
        api.include_router(room.router)
    return api


def _serve_pages(app: FastAPI) -> None:
    for path, file in PAGES.items():
        app.add_api_route(path, _page(WEB / file), include_in_schema=False)
    app.add_api_route("/widget.js", _page(WEB / "widget.js"), include_in_schema=False)
    app.add_api_route("/favicon.ico", _page(WEB / "static" / "logo.svg"), include_in_schema=False)
    app.mount("/static", Static(directory=WEB / "static"), name="static")


class Static(StaticFiles):
    """The pages' files. Their names carry no version, so a browser asks each time whether its copy still holds."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _page(file: Path) -> Any:
    async def page() -> FileResponse:
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    return page


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    parts: Parts = state.parts
    await wiring.open_parts(parts, long_lived=state.long_lived)
    await asyncio.to_thread(upkeep.make_keys, state)
    state.passwords = Passwords()
    prewarmer = _prewarmer(parts)
    state.intake = Intake(
        parts.db,
        episode_idle=timedelta(minutes=parts.settings.episode_idle_minutes),
        on_stored=lambda stored: _announce(parts.hub, prewarmer, stored),
    )
    state.intake.start()
    worker = wiring.worker_of(parts) if parts.settings.worker_in_process else None
    if worker is not None:
        worker.start()
    state.watch.start()
    keeping = asyncio.create_task(upkeep.watch(state))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        state.passwords.close()
        await state.watch.close()
        await asyncio.gather(*(line.close() for line in [*state.sockets]), return_exceptions=True)
        await state.intake.stop()
        if worker is not None:
            await worker.stop()
        await wiring.close_parts(parts)


def _prewarmer(parts: Parts) -> Prewarmer | None:
    if parts.answering.engine.name != "rasa":
        return None
    return Prewarmer(parts.knowledge, turns_ahead=lambda: parts.answering.waiting)


def _announce(hub: live.Hub, prewarmer: Prewarmer | None, stored: list[Stored]) -> None:
    """After a commit: wake the worker, warm the embeddings, and show the messages to whoever else is looking."""
    metrics.ACKS.inc(len(stored))
    metrics.ACK_GROUP_SIZE.observe(len(stored))
    if prewarmer is not None:
        prewarmer.add([one.incoming.text for one in stored])
    for one in stored:
        conversation_id = one.incoming.conversation_id
        wire = one.as_wire()
        event = {"type": "message", "message": wire, "origin": one.incoming.origin}
        hub.send(live.conversation_channel(conversation_id), event)
        if one.reopened:
            standing = {"type": "state", "state": Owner.BOT, "ticket": None}
            hub.send(live.conversation_channel(conversation_id), standing)
        hub.send(live.DESK, {"type": "message", "conversation_id": conversation_id, "message": wire})
        hub.send(live.TURNS, {"conversation_id": conversation_id})
