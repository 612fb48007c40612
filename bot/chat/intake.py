"""Store, then say: every customer message is stored with its turn before anybody is told that it arrived.

Messages that arrive together share one commit. One thread does it, so that an fsync never holds the event loop.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.chat import words
from bot.chat.models import Author, Conversation, Kind, Message, Owner, Turn
from bot.core import clock, errors, metrics, outages
from bot.core.db import Database
from bot.core.tables import new_id

GROUP_SIZE = 128
STORE_SECONDS = 10.0
"""Whoever has waited so long is told to send again, whatever holds the database up."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Incoming:
    """One checked message on its way in. `origin` is the socket it came by, which is not told of it again."""

    conversation_id: str
    client_message_id: str
    text: str
    choice: str | None = None
    origin: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What is acknowledged. `repeated`: this client_message_id was stored before, and this is its first receipt."""

    message_id: str
    seq: int
    client_message_id: str
    received_at: datetime
    notice: str
    repeated: bool = False

    def as_wire(self) -> dict[str, Any]:
        return {
            "message_id": self.message_id,
            "seq": self.seq,
            "client_message_id": self.client_message_id,
            "received_at": clock.iso(self.received_at),
            "notice": self.notice,
        }


@dataclass(frozen=True)
class Stored:
    """A newly stored message, as those who act on it after the commit see it."""

    incoming: Incoming
    receipt: Receipt
    reopened: bool

    def as_wire(self) -> dict[str, Any]:
        """The wire's `Message`."""
        return {
            "seq": self.receipt.seq,
            "message_id": self.receipt.message_id,
            "author": Author.CUSTOMER,
            "kind": Kind.TEXT,
            "text": self.incoming.text,
            "at": clock.iso(self.receipt.received_at),
            "client_message_id": self.incoming.client_message_id,
        }


@dataclass
class _Waiting:
    incoming: Incoming
    future: "asyncio.Future[Receipt]"
    outcome: Receipt | Exception | None = field(default=None)
    came: float = field(default_factory=time.perf_counter)


class Intake:
    """The door for customer messages. `on_stored` is called on the event loop after each commit."""

    def __init__(self, db: Database, *, episode_idle: timedelta, on_stored: Callable[[list[Stored]], None]) -> None:
        self._db = db
        self._episode_idle = episode_idle
        self._on_stored = on_stored
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Store what is queued, then end."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, 5)

    async def accept(self, incoming: Incoming) -> Receipt:
        """Store one message; returns once it is durable. Raises NotFound, Unavailable or StorageFull.

        Unavailable also when the database hangs: the message may be stored yet, and a resend gets its receipt then.
        """
        if self._closed or self._loop is None:
            raise errors.Unavailable
        waiting = _Waiting(incoming, self._loop.create_future())
        self._queue.put(waiting)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                return await waiting.future
        except TimeoutError:
            metrics.ACKS_FAILED.inc()
            raise errors.Unavailable(retry_after=outages.AGAIN_SECONDS) from None

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            group = [] if first is None else [first, *self._more()]
            if group:
                self._store(group)
            if first is None:
                return

    def _more(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        while len(group) < GROUP_SIZE - 1:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                self._queue.put(None)
                break
            group.append(waiting)
        return group

    def _store(self, group: list[_Waiting]) -> None:
        """Commit the group; when one of its messages may be to blame, each alone, so that it cannot fail the others.

        Nothing may end this thread: nobody would be acknowledged any more.
        """
        try:
            stored = self._commit(group)
        except Exception as error:  # noqa: BLE001 - those who wait are told, and it is logged
            outage = outages.refusal(error)
            if outage is None and len(group) > 1:
                for waiting in group:
                    self._store([waiting])
                return
            stored = []
            _refuse(group, outage or errors.Unavailable(), error)
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, group, stored)

    def _commit(self, group: list[_Waiting]) -> list[Stored]:
        """Most groups hold nothing that was sent before: it is looked for only once a unique key has said so."""
        try:
            with self._db.transaction(first=True) as session:
                return _store_group(session, group, self._episode_idle)
        except IntegrityError:
            with self._db.transaction(first=True) as session:
                return _store_group(session, group, self._episode_idle, resent=True)

    def _tell(self, group: list[_Waiting], stored: list[Stored]) -> None:
        for waiting in group:
            if waiting.future.done():
                continue
            if isinstance(waiting.outcome, Receipt):
                waiting.future.set_result(waiting.outcome)
                metrics.ACK_SECONDS.observe(time.perf_counter() - waiting.came)
            else:
                waiting.future.set_exception(waiting.outcome or errors.Unavailable())
        if stored:
            self._on_stored(stored)


def _refuse(group: list[_Waiting], refusal: errors.FirebreakError, error: Exception) -> None:
    log.error("messages could not be stored", exc_info=error, extra={"messages": len(group), "code": refusal.code})
    metrics.ACKS_FAILED.inc(len(group))
    refusal.__cause__ = error
    for waiting in group:
        waiting.outcome = refusal


def _store_group(
    session: Session, group: list[_Waiting], episode_idle: timedelta, *, resent: bool = False
) -> list[Stored]:
    """Number and insert the group's new messages in four statements, however many there are.

    Raises IntegrityError when one was stored before; with `resent` such a one gets its first receipt. Conversations
    are locked before receipts are read, so that a resend at another process is seen.
    """
    moment = clock.now()
    rows = _conversations(session, {waiting.incoming.conversation_id for waiting in group})
    known = _receipts(session, [waiting.incoming for waiting in group]) if resent else {}
    stored: list[Stored] = []
    for waiting in group:
        incoming = waiting.incoming
        place = (incoming.conversation_id, incoming.client_message_id)
        if place in known:
            waiting.outcome = known[place]
            continue
        row = rows.get(incoming.conversation_id)
        if row is None:
            waiting.outcome = errors.NotFound()
            continue
        reopened = row.take(incoming.text, moment, episode_idle)
        receipt = Receipt(
            new_id(), row.last_seq, incoming.client_message_id, moment, words.notice(row.language), repeated=False
        )
        waiting.outcome = receipt
        known[place] = Receipt(
            receipt.message_id, receipt.seq, receipt.client_message_id, moment, receipt.notice, repeated=True
        )
        row.entries.append((incoming, receipt))
        stored.append(Stored(incoming, receipt, reopened))
    _write(session, [row for row in rows.values() if row.entries], moment)
    return stored


@dataclass
class _Row:
    """A conversation's counters while a group is being numbered."""

    id: str
    last_seq: int
    language: str
    owner: str
    owner_version: int
    episode: int
    closed: bool
    last_customer_at: datetime | None
    fresh_episode: bool = False
    entries: list[tuple[Incoming, Receipt]] = field(default_factory=list)

    def take(self, text: str, moment: datetime, episode_idle: timedelta) -> bool:
        """Give the next number; begin an episode after a close or a long silence. Returns whether one was reopened."""
        idle = self.last_customer_at is not None and moment - self.last_customer_at > episode_idle
        reopened = self.closed
        if self.closed or (idle and self.owner == Owner.BOT):
            self.episode, self.fresh_episode = self.episode + 1, True
        self.closed = False
        self.last_customer_at = moment
        self.language = words.reply_language(text, self.language)
        self.last_seq += 1
        return reopened


_CONVERSATION_UPDATE = (
    update(Conversation)
    .where(Conversation.id == bindparam("row_id"))
    .values(
        last_seq=bindparam("row_seq"),
        last_customer_seq=bindparam("row_seq"),
        last_customer_at=bindparam("row_at"),
        language=bindparam("row_language"),
        closed_at=None,
    )
)
_EPISODE_UPDATE = (
    update(Conversation)
    .where(Conversation.id == bindparam("row_id"))
    .values(
        episode=bindparam("row_episode"),
        episode_turns=0,
        misses=0,
        complaints=0,
        human_offered=False,
        last_article_id=None,
        last_outcome=None,
        told_at=None,
    )
)


def _conversations(session: Session, ids: set[str]) -> dict[str, _Row]:
    columns = (
        Conversation.id,
        Conversation.last_seq,
        Conversation.language,
        Conversation.owner,
        Conversation.owner_version,
        Conversation.episode,
        Conversation.closed_at,
        Conversation.last_customer_at,
    )
    wanted = select(*columns).where(Conversation.id.in_(ids)).order_by(Conversation.id).with_for_update(key_share=True)
    return {
        row.id: _Row(
            row.id,
            row.last_seq,
            row.language,
            row.owner,
            row.owner_version,
            row.episode,
            row.closed_at is not None,
            row.last_customer_at,
        )
        for row in session.execute(wanted)
    }


def _receipts(session: Session, group: list[Incoming]) -> dict[tuple[str, str], Receipt]:
    places = [(incoming.conversation_id, incoming.client_message_id) for incoming in group]
    found = session.execute(
        select(
            Message.conversation_id,
            Message.client_message_id,
            Message.id,
            Message.seq,
            Message.text,
            Message.at,
            Conversation.language,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            tuple_(Message.conversation_id, Message.client_message_id).in_(places), Message.author == Author.CUSTOMER
        )
    )
    return {
        (row.conversation_id, row.client_message_id): Receipt(
            row.id,
            row.seq,
            row.client_message_id,
            row.at,
            words.notice(words.reply_language(row.text, row.language)),
            True,
        )
        for row in found
    }


def _write(session: Session, rows: list[_Row], moment: datetime) -> None:
    if not rows:
        return
    entries = [(row, incoming, receipt) for row in rows for incoming, receipt in row.entries]
    connection = session.connection()
    connection.execute(
        _CONVERSATION_UPDATE,
        [{"row_id": row.id, "row_seq": row.last_seq, "row_at": moment, "row_language": row.language} for row in rows],
    )
    fresh = [{"row_id": row.id, "row_episode": row.episode} for row in rows if row.fresh_episode]
    if fresh:
        connection.execute(_EPISODE_UPDATE, fresh)
    connection.execute(insert(Message), [_message(row, incoming, receipt) for row, incoming, receipt in entries])
    connection.execute(
        insert(Turn),
        [
            {
                "message_id": receipt.message_id,
                "conversation_id": row.id,
                "seq": receipt.seq,
                "state": "waiting",
                "accepted_at": moment,
                "attempts": 0,
            }
            for row, _, receipt in entries
        ],
    )


def _message(row: _Row, incoming: Incoming, receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.message_id,
        "conversation_id": row.id,
        "seq": receipt.seq,
        "author": Author.CUSTOMER,
        "kind": Kind.TEXT,
        "text": incoming.text,
        "choice": incoming.choice,
        "client_message_id": incoming.client_message_id,
        "episode": row.episode,
        "at": receipt.received_at,
    }
