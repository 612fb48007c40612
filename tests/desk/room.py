"""The desk and its people without the web: what rooms' own tests build on."""

import itertools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.chat.models import Author, Conversation, Customer, Message
from bot.core import clock
from bot.core.auth import Role, Staff
from bot.core.db import Database
from bot.desk import handoff
from bot.desk.models import Ticket
from bot.policy.shapes import Policy


@dataclass
class Cast:
    """Staff, and a customer for each conversation that is asked for."""

    db: Database
    policy: Policy
    ben: Staff
    bea: Staff
    lea: Staff
    dan: Staff

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def conversation(
        self,
        *,
        language: str = "en",
        tier: str | None = None,
        name: str | None = "Ada",
        channel: str = "web",
        person: str | None = None,
        words: str = "The parcel is not here",
    ) -> str:
        """A conversation with one message of a customer, new unless `person` names a known one; its id."""
        with self.db.transaction() as session:
            customer = self._person(session, person or f"visitor:{next(self._numbers)}", name, tier)
            conversation = Conversation(
                customer_id=customer.id, channel=channel, family=channel, language=language, created_at=clock.now()
            )
            session.add(conversation)
            session.flush()
            said = conversation.id
        self.says(said, words)
        return said

    def _person(self, session: Session, person_key: str, name: str | None, tier: str | None) -> Customer:
        known = session.scalar(select(Customer).where(Customer.person_key == person_key))
        if known is not None:
            return known
        customer = Customer(person_key=person_key, name=name, tier=tier, created_at=clock.now())
        session.add(customer)
        session.flush()
        return customer

    def says(self, conversation_id: str, words: str) -> str:
        """One more message of the customer; its id."""
        with self.db.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            conversation.last_seq += 1
            conversation.last_customer_seq = conversation.last_seq
            message = Message(
                conversation_id=conversation_id,
                seq=conversation.last_seq,
                author=Author.CUSTOMER,
                text=words,
                at=clock.now(),
            )
            session.add(message)
            session.flush()
            return message.id

    def hand_off(self, conversation_id: str, **told: Any) -> Ticket:
        """Hand the conversation over as a turn would."""
        asked: dict[str, Any] = {
            "facts": {},
            "reason": "asked",
            "request_type": "question",
            "topic": None,
            "signals": [],
            **told,
        }
        with self.db.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            last = session.scalars(_thread(conversation_id)).all()[-1]
            asked = {"message_id": last.id, "summary": last.text, **asked}
            return handoff.do_hand_off(session, policy=self.policy, conversation=conversation, **asked)

    def read(self, conversation_id: str) -> Conversation:
        with self.db.snapshot() as session:
            return session.get_one(Conversation, conversation_id)

    def thread(self, conversation_id: str) -> list[Message]:
        with self.db.snapshot() as session:
            return list(session.scalars(_thread(conversation_id)))


def _thread(conversation_id: str) -> Select[Message]:
    return select(Message).where(Message.conversation_id == conversation_id).order_by(Message.seq)


def hire(db: Database, policy: Policy) -> Cast:
    """The cast on `db`: Ben and Bea are agents, Lea leads, Dan supervises."""
    roles = {"ben": Role.AGENT, "bea": Role.AGENT, "lea": Role.LEAD, "dan": Role.SUPERVISOR}
    staff = {
        name: Staff(
            email=f"{name}@example.test",
            name=name.title(),
            roles=[role],
            teams=[],
            password_hash="-",
            created_at=clock.now(),
        )
        for name, role in roles.items()
    }
    with db.transaction() as session:
        session.add_all(staff.values())
    return Cast(db=db, policy=policy, **staff)
