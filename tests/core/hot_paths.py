"""The paths that run for every message, each on its own database calls alone: no timer of a process is beside them."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.alerts import counter
from bot.app import TicketView
from bot.chat import access
from bot.chat.api import read_thread
from bot.chat.intake import Incoming, Intake
from bot.chat.models import Conversation, Message
from bot.chat.schemas import ConversationIn
from bot.core import auth
from bot.core.auth import Staff
from bot.core.db import Database
from bot.core.settings import Settings
from bot.desk import handoff, queue, service, views
from bot.desk.models import Ticket
from bot.dialogue import certainty, claim
from bot.dialogue.answering import Answering
from bot.dialogue.scripted import ScriptedEngine
from bot.dialogue.turn import answer_conversation
from bot.policy import load as policy_load
from bot.policy.shapes import Policy
from tests.scripts import by_first_word

_numbers = itertools.count()


@dataclass
class Recorded:
    """What a stretch of work sent to the database."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    commits: int = 0

    @property
    def count(self) -> tuple[int, int]:
        return len(self.statements), self.commits


class Paths:
    """Each method prepares what it needs, then does one thing and returns what that cost."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.policy: Policy = policy_load.load()
        self.work = Answering(db, settings, self.policy, ScriptedEngine(by_first_word), ScriptedEngine(), "worker")
        self.tickets = TicketView(self.policy)
        self.ben = self._hire("ben")

    def close(self) -> None:
        self.work.close()

    @contextmanager
    def recording(self) -> Iterator[Recorded]:
        """Statements and commits of the block. Beginning a transaction is no statement, reading is no commit."""
        found = Recorded()

        def sent(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            if not statement.startswith("BEGIN"):
                found.statements.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

        def committed(_connection: Any) -> None:
            found.commits += 1

        event.listen(self.db.engine, "before_cursor_execute", sent)
        event.listen(self.db.engine, "commit", committed)
        try:
            yield found
        finally:
            event.remove(self.db.engine, "before_cursor_execute", sent)
            event.remove(self.db.engine, "commit", committed)

    def begin(self) -> Recorded:
        with self.recording() as found:
            self._start()
        return found

    def begin_again(self) -> Recorded:
        visitor = f"visitor-{next(_numbers)}"
        self._start(visitor)
        with self.recording() as found:
            self._start(visitor)
        return found

    def accept(self, *, together: int = 1, resent: bool = False) -> Recorded:
        sent = [self._message(self._start(), "hello there") for _ in range(together)]
        if resent:
            self._accept(sent)
        with self.recording() as found:
            self._accept(sent)
        return found

    def answer(self, text: str, *, under: str = "bot", before: int = 0) -> Recorded:
        """One turn from claim to settle. `before`: how many were answered earlier in the conversation."""
        conversation_id = self._start()
        for number in range(before):
            self._ask(conversation_id, f"hello {number}")
        if under != "bot":
            self._ask(conversation_id, "person please")
        if under == "agent":
            self._claim(conversation_id)
        self._accept([self._message(conversation_id, text)])
        with self.recording() as found:
            asyncio.run(answer_conversation(self.work, conversation_id))
        return found

    def read(self, *, messages: int, after: int = 0) -> Recorded:
        """A poll, and what a socket reads when it comes back."""
        conversation_id = self._start()
        self._accept([self._message(conversation_id, f"line {number}") for number in range(messages)])
        with self.recording() as found:
            thread = read_thread(self.db, self.tickets, conversation_id, after)
        assert len(thread["messages"]) == messages - after
        return found

    def claim(self) -> Recorded:
        conversation_id = self._start()
        self._ask(conversation_id, "person please")
        with self.recording() as found:
            self._claim(conversation_id)
        return found

    def reply(self) -> Recorded:
        conversation_id = self._start()
        self._ask(conversation_id, "person please")
        number, seq = self._claim(conversation_id)
        with self.recording() as found, self.db.transaction() as session:
            service.do_reply(
                session,
                policy=self.policy,
                number=number,
                staff=self.ben,
                text="I am on it.",
                based_on_seq=seq,
                client_message_id=f"r{number}",
            )
        return found

    def list_tickets(self, *, tickets: int) -> Recorded:
        with self.db.transaction() as session:
            for _ in range(tickets):
                self._open_ticket(session)
        with self.recording() as found, self.db.snapshot() as session:
            page, _ = queue.tickets_in_order(session, staff=self.ben, filters=queue.Filters(), limit=200)
            shown = [views.as_wire(ticket) for ticket in page]
        assert len(shown) >= tickets
        return found

    def open_card(self, *, messages: int) -> Recorded:
        conversation_id = self._start()
        self._ask(conversation_id, "person please")
        self._accept([self._message(conversation_id, f"line {number}") for number in range(messages)])
        with self.recording() as found, self.db.snapshot() as session:
            views.card(session, session.scalars(select(Ticket).where(Ticket.conversation_id == conversation_id)).one())
        return found

    def count_complaint(self, *, topic: str, people_before: int = 0) -> Recorded:
        for _ in range(people_before):
            self._mention(topic, self._start())
        conversation_id = self._start()
        self._accept([self._message(conversation_id, "late again")])
        with self.recording() as found:
            self._mention(topic, conversation_id, sent=True)
        return found

    def look(self, *, waiting: int) -> Recorded:
        """What the worker asks every second."""
        self._accept([self._message(self._start(), "hello") for _ in range(waiting)])
        with self.recording() as found, self.db.snapshot() as session:
            certainty.oldest_wait(session)
            certainty.oldest_wait(session, untried=True)
            assert len(claim.waiting_conversations(session)) >= waiting
        return found

    def tell(self, *, waiting: int) -> Recorded:
        """Tell those who wait that it takes longer; up to a batch at once."""
        now = self.settings.model_copy(update={"second_notice_after_seconds": 0.0, "tell_overload_after_seconds": 60.0})
        certainty.do_tell_waiting(self.db, now)
        self._accept([self._message(self._start(), "hello") for _ in range(waiting)])
        with self.recording() as found:
            assert certainty.do_tell_waiting(self.db, now) == waiting
        return found

    def _hire(self, name: str) -> Staff:
        with self.db.transaction() as session:
            return auth.do_add_staff(
                session, email=f"{name}@emberly.example", name=name.title(), roles=["agent"], password="only for tests"
            )

    def _start(self, visitor: str | None = None) -> str:
        wanted = ConversationIn(channel="web", visitor_id=visitor or f"visitor-{next(_numbers)}")
        with self.db.transaction() as session:
            return access.do_start(session, wanted=wanted, host=None).id

    def _message(self, conversation_id: str, text: str) -> Incoming:
        return Incoming(conversation_id, f"c{next(_numbers)}", text)

    def _accept(self, sent: list[Incoming]) -> None:
        """Store them in one group."""

        async def story() -> None:
            intake = Intake(self.db, episode_idle=timedelta(hours=2), on_stored=lambda _: None)
            intake._loop = asyncio.get_running_loop()
            waiting = [asyncio.ensure_future(intake.accept(one)) for one in sent]
            await asyncio.sleep(0)  # all of them wait when the thread begins, so that they make one group
            intake.start()
            await asyncio.gather(*waiting)
            await intake.stop()

        asyncio.run(story())

    def _ask(self, conversation_id: str, text: str) -> None:
        self._accept([self._message(conversation_id, text)])
        asyncio.run(answer_conversation(self.work, conversation_id))

    def _open_ticket(self, session: Session) -> None:
        wanted = ConversationIn(channel="web", visitor_id=f"visitor-{next(_numbers)}")
        handoff.do_hand_off(
            session,
            policy=self.policy,
            conversation=access.do_start(session, wanted=wanted, host=None),
            message_id=None,
            facts={},
            reason="asked",
            request_type="question",
            topic=None,
            signals=[],
        )

    def _claim(self, conversation_id: str) -> tuple[int, int]:
        with self.db.snapshot() as session:
            found = session.scalars(select(Ticket.number).where(Ticket.conversation_id == conversation_id)).one()
        with self.db.transaction() as session:
            service.do_claim(session, policy=self.policy, number=found, staff=self.ben)
            return found, session.get_one(Conversation, conversation_id).last_customer_seq

    def _mention(self, topic: str, conversation_id: str, *, sent: bool = False) -> None:
        if not sent:
            self._accept([self._message(conversation_id, "late again")])
        with self.db.snapshot() as session:
            conversation = session.get_one(Conversation, conversation_id)
            message = session.scalars(select(Message).where(Message.conversation_id == conversation_id)).one()
        with self.db.transaction() as session:
            counter.do_mention(
                session,
                policy=self.policy,
                topic=topic,
                message_id=message.id,
                at=message.at,
                conversation=conversation,
                text="late again",
            )
