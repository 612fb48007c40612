"""The web process: wires the rooms together and serves them. Nothing happens at import."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import Session

from bot import metrics, operations
from bot.alerts import api as alerts_api
from bot.chat import api as chat_api
from bot.chat import socket as chat_socket
from bot.chat.intake import Intake, Stored
from bot.chat.models import Conversation
from bot.core import auth, http, live, staff_api
from bot.core.db import Database
from bot.core.limits import Limiter
from bot.core.settings import Settings
from bot.desk import api as desk_api
from bot.desk import handoff, views
from bot.desk import socket as desk_socket
from bot.dialogue import engines
from bot.dialogue.engine import Engine
from bot.dialogue.prewarm import Prewarmer
from bot.dialogue.turn import Answering
from bot.knowledge import api as knowledge_api
from bot.knowledge import indexing, service
from bot.policy import load as policy_load
from bot.policy.shapes import Policy
from bot.understanding import facts
from bot.worker import Worker, forget_leases, worker_name
from knowledge_index.client import KnowledgeClient, KnowledgeUnavailable

VERSION = "0.1.0"
THREADS = 24
WEB = Path(__file__).parent / "web"
PAGES = {"/": "chat.html", "/desk": "desk.html", "/alerts": "alerts.html", "/sign-in": "sign-in.html"}
log = logging.getLogger(__name__)


def create_app(settings: Settings, *, engine: Engine | None = None) -> FastAPI:
    """The whole product on one database. `engine` takes the place of the one that the settings name (tests)."""
    app = FastAPI(title="Firebreak", version=VERSION, lifespan=_lifespan, docs_url="/docs", redoc_url=None)
    state = app.state
    state.settings = settings
    state.hub = live.InProcessHub()
    state.db = Database(settings.resolved_database_url, session_info={live.HUB: state.hub})
    state.limiter = Limiter()
    state.policy = policy_load.load(settings.policy_dir)
    state.ticket_view = TicketView(state.policy)
    state.sockets = set()
    state.engine = engine
    app.add_middleware(http.Guard, limiter=state.limiter, settings=settings)
    http.install_errors(app)
    app.include_router(_api())
    app.include_router(operations.router)
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
    api = APIRouter(prefix="/api/v1")
    for room in (chat_api, chat_socket, staff_api, desk_api, desk_socket, knowledge_api, alerts_api):
        api.include_router(room.router)
    return api


def _serve_pages(app: FastAPI) -> None:
    for path, file in PAGES.items():
        app.add_api_route(path, _page(WEB / file), include_in_schema=False)
    app.add_api_route("/widget.js", _page(WEB / "widget.js"), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")


def _page(file: Path) -> Any:
    async def page() -> FileResponse:
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    return page


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    settings: Settings = state.settings
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="db"))
    state.hub.attach(loop)
    await asyncio.to_thread(_open, state)
    state.knowledge = KnowledgeClient(settings.knowledge_url)
    state.answering = answering(settings, state.db, state.policy, state.knowledge, engine=state.engine)
    prewarmer = Prewarmer(state.knowledge) if state.answering.engine.name == "rasa" else None
    state.intake = Intake(
        state.db,
        episode_idle=timedelta(minutes=settings.episode_idle_minutes),
        on_stored=lambda stored: _announce(state.hub, prewarmer, stored),
    )
    state.intake.start()
    warming = asyncio.create_task(asyncio.to_thread(facts.warm_up))
    worker = await _start_worker(state) if settings.worker_in_process else None
    try:
        yield
    finally:
        await asyncio.wait([warming])
        await _close(state, worker)


def _open(state: Any) -> None:
    with state.db.transaction() as session:
        state.token_key = auth.signing_key(session)
    if state.db.is_sqlite and state.settings.worker_in_process:
        forget_leases(state.db)


def answering(
    settings: Settings, db: Database, policy: Policy, knowledge: KnowledgeClient, *, engine: Engine | None = None
) -> Answering:
    """The engines that the settings name, ready for a worker."""
    chosen, fallback = engines.chosen(settings, knowledge)
    return Answering(db, settings, policy, engine or chosen, fallback, worker_name())


async def _start_worker(state: Any) -> Worker:
    async def equal_index() -> None:
        with contextlib.suppress(KnowledgeUnavailable):
            await indexing.make_equal(state.db, state.knowledge)

    jobs_by_kind = handlers(state.db, state.knowledge)
    worker = Worker(state.answering, hub=state.hub, handlers=jobs_by_kind, checks=(equal_index,))
    worker.start()
    return worker


def handlers(db: Database, knowledge: KnowledgeClient) -> dict[str, Any]:
    """What runs each kind of outbox job."""

    async def index(payload: dict[str, Any]) -> None:
        await indexing.index_article(db, knowledge, payload)

    return {service.INDEX_JOB: index}


def _announce(hub: live.Hub, prewarmer: Prewarmer | None, stored: list[Stored]) -> None:
    """After a commit: wake the worker, warm the embeddings, and show the messages to whoever else is looking."""
    metrics.ACKS.inc(len(stored))
    metrics.GROUP.observe(len(stored))
    if prewarmer is not None:
        prewarmer.add([one.incoming.text for one in stored])
    for one in stored:
        conversation_id = one.incoming.conversation_id
        wire = one.as_wire()
        event = {"type": "message", "message": wire, "origin": one.incoming.origin}
        hub.send(live.conversation_channel(conversation_id), event)
        hub.send(live.DESK, {"type": "message", "conversation_id": conversation_id, "message": wire})
        hub.send(live.TURNS, {"conversation_id": conversation_id})


async def _close(state: Any, worker: Worker | None) -> None:
    await asyncio.gather(*(line.close() for line in [*state.sockets]), return_exceptions=True)
    await state.intake.stop()
    if worker is not None:
        await worker.stop()
    await state.answering.engine.close()
    await state.knowledge.close()
    await asyncio.to_thread(state.db.close)
