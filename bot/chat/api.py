"""The customer's REST calls."""

import asyncio
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat import access, delivery, texts
from bot.chat.feedback import JUDGED_JOB
from bot.chat.intake import Incoming, Intake
from bot.chat.models import Author, Conversation, Feedback, Message
from bot.chat.schemas import (
    ConversationIn,
    ConversationOut,
    FeedbackIn,
    Identity,
    MessageIn,
    ReceiptOut,
    ThreadOut,
    TicketOut,
    TokenOut,
)
from bot.core import calls, clock, errors, http, jobs, live, tokens
from bot.core.db import Database
from bot.core.http import Cfg, Db
from bot.core.limits import Limits, Window
from bot.core.settings import Settings
from bot.core.shapes import LARGEST_INTEGER, Seq
from bot.core.tokens import Keyring

LONGEST_WAIT_SECONDS = 25
router = APIRouter(prefix="/conversations", tags=["customers"], route_class=calls.Call)
Thread = dict[str, Any]


class TicketView(Protocol):
    """What the desk tells a customer. The app wires it: this room knows nothing of the desk."""

    def brief(self, session: Session, conversation: Conversation) -> dict[str, Any] | None: ...
    def full(self, session: Session, conversation: Conversation) -> dict[str, Any] | None: ...


def token_keys(request: Request) -> Keyring:
    keys: Keyring = request.app.state.token_keys
    return keys


def opened(
    conversation_id: Annotated[str, Path(max_length=64)],
    request: Request,
    keys: Annotated[Keyring, Depends(token_keys)],
) -> str:
    """The conversation's id, once the bearer token was found to open it."""
    access.check_token(keys, conversation_id, http.bearer(request))
    return conversation_id


Opened = Annotated[str, Depends(opened)]


@router.post("", **calls.told(ConversationOut, errors.Unauthenticated, by="anybody", status=201))
async def start(request: Request, wanted: ConversationIn, db: Db, settings: Cfg) -> ConversationOut:
    """Begin a conversation; the token opens it and nothing else."""
    host = access.identity(settings, wanted.identity_token)
    if wanted.visitor_id:
        limits: Limits = request.app.state.limits
        await limits.check(Window(f"visitor:{wanted.visitor_id}", settings.conversations_per_hour, 3600))
    conversation = await asyncio.to_thread(_start, db, wanted, host)
    token, expires = tokens.issue(request.app.state.token_keys, conversation.id, days=settings.token_days)
    return ConversationOut(conversation_id=conversation.id, token=token, expires_at=clock.iso(expires))


@router.post("/{conversation_id}/token", **calls.told(TokenOut, by="conversation", body=False))
def renew(conversation_id: Opened, request: Request, db: Db, settings: Cfg) -> TokenOut:
    """A fresh token for a still valid one."""
    with db.snapshot() as session:
        _existing(session, conversation_id)
    token, expires = tokens.issue(request.app.state.token_keys, conversation_id, days=settings.token_days)
    return TokenOut(token=token, expires_at=clock.iso(expires))


@router.post(
    "/{conversation_id}/messages",
    **calls.told(ReceiptOut, errors.Unavailable, by="conversation", status=202, also=200),
)
async def send(conversation_id: Opened, message: MessageIn, request: Request) -> Response:
    """Store a message, then acknowledge it. The same client_message_id again gets the first receipt, with 200."""
    incoming = Incoming(
        conversation_id,
        texts.check_client_id(message.client_message_id),
        texts.check_message(message.text),
        texts.check_choice(message.choice),
    )
    await check_rate(request.app.state.limits, request.app.state.settings, conversation_id)
    intake: Intake = request.app.state.intake
    receipt = await intake.accept(incoming)
    return calls.answer(receipt.as_wire(), status=200 if receipt.repeated else 202)


@router.get("/{conversation_id}/messages", **calls.told(ThreadOut, by="conversation", body=False))
async def read(
    conversation_id: Opened,
    request: Request,
    db: Db,
    after_seq: Seq = 0,
    wait: Annotated[float, Query(ge=0, allow_inf_nan=False)] = 0,
) -> Response:
    """The thread after `after_seq`; with `wait`, held until something newer exists, for 25 s at most."""
    tickets: TicketView = request.app.state.ticket_view
    deadline = asyncio.get_running_loop().time() + min(wait, LONGEST_WAIT_SECONDS)
    with live.listening(request.app.state.hub, live.conversation_channel(conversation_id)) as events:
        while True:
            found = await asyncio.to_thread(read_thread, db, tickets, conversation_id, after_seq)
            left = deadline - asyncio.get_running_loop().time()
            if found["messages"] or left <= 0:
                return calls.answer(found)
            try:
                await asyncio.wait_for(events.get(), min(left, 5))
            except TimeoutError:
                continue


@router.post("/{conversation_id}/messages/{seq}/feedback", **calls.told(None, by="conversation", status=204))
def feedback(
    conversation_id: Opened, seq: Annotated[int, Path(ge=1, le=LARGEST_INTEGER)], given: FeedbackIn, db: Db
) -> None:
    """Keep whether a bot answer helped; a second word on the same answer replaces the first."""
    with db.transaction() as session:
        message = session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq))
        if message is None:
            raise errors.NotFound
        if message.author != Author.BOT:
            raise errors.Invalid("Only an answer of the bot can be judged.", fields={"seq": "not a bot answer"})
        session.merge(
            Feedback(
                message_id=message.id,
                conversation_id=conversation_id,
                article_id=message.article_id,
                helpful=given.helpful,
                reason=given.reason,
                at=clock.now(),
            )
        )
        jobs.enqueue(session, JUDGED_JOB, {"message_id": message.id}, key=message.id)


@router.get("/{conversation_id}/ticket", **calls.told(TicketOut, by="conversation", body=False))
def ticket(conversation_id: Opened, request: Request, db: Db) -> dict[str, Any]:
    """What was promised: number, team, due time, next step and what has happened since."""
    tickets: TicketView = request.app.state.ticket_view
    with db.snapshot() as session:
        found = tickets.full(session, _existing(session, conversation_id))
    if found is None:
        raise errors.NotFound("There is no ticket in this conversation.")
    return found


def _start(db: Database, wanted: ConversationIn, host: Identity | None) -> Conversation:
    with db.transaction() as session:
        return access.do_start(session, wanted=wanted, host=host)


async def check_rate(limits: Limits, settings: Settings, conversation_id: str) -> None:
    """Raise RateLimited past the messages that one conversation may send."""
    key = f"messages:{conversation_id}"
    await limits.check(Window(key, settings.messages_per_10_seconds, 10), Window(key, settings.messages_per_minute, 60))


def _existing(session: Session, conversation_id: str) -> Conversation:
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise errors.NotFound
    return found


def read_thread(db: Database, tickets: TicketView, conversation_id: str, after_seq: int) -> Thread:
    """The wire's `ThreadOut`; without a ticket it names none."""
    with db.snapshot() as session:
        conversation = _existing(session, conversation_id)
        messages = delivery.messages_after(session, conversation_id, after_seq)
        brief = tickets.brief(session, conversation)
    return {"messages": messages, "state": conversation.state, **({"ticket": brief} if brief else {})}
