"""An agent says that something was misunderstood: the ticket is put right, and the message goes to the designer."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts import counter
from bot.chat.models import Author, Conversation, Message, Turn
from bot.core import clock, errors
from bot.core.auth import Staff
from bot.desk import service as desk
from bot.desk.access import hold_ticket
from bot.desk.models import Ticket
from bot.knowledge.wishes import service as wishes
from bot.learning import intents
from bot.learning.models import Correction, State
from bot.learning.schemas import CorrectIn
from bot.policy.shapes import Policy, RequestType
from bot.understanding import redact


@dataclass(frozen=True)
class Verdict:
    """What the agent says that it was."""

    request_type: str
    topic: str | None
    intent: str | None


def do_correct(session: Session, *, policy: Policy, number: int, staff: Staff, given: CorrectIn) -> Ticket:
    """Put type and topic of the ticket right, and keep the message for the designer. The same again changes nothing.

    A topic that is new to the ticket is counted, as if the bot had heard it; what the message was counted for by
    mistake is taken back, in the same transaction. Raises Invalid for a topic, an intent or a message that there is
    not.
    """
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    message = _meant(session, conversation, ticket, given.seq)
    turn = session.get(Turn, message.id)
    verdict = _verdict(ticket, given)
    if verdict is None or (_is_as_it_stands(verdict, ticket) and verdict.intent == (turn.intent if turn else None)):
        return ticket
    if _do_keep(session, ticket=ticket, message=message, turn=turn, verdict=verdict, by=staff):
        new = {verdict.topic} - {None, ticket.topic}
        wrong = _heard(ticket, turn) - {verdict.topic, intents.topic_of(verdict.intent)}
        _do_count_anew(session, policy, conversation, message, new=new, wrong=wrong)
        if verdict.request_type == RequestType.SUGGESTION:
            _do_note_wish(session, conversation, message)
        desk.do_correct(session, policy=policy, ticket=ticket, staff=staff, **vars(verdict))
    return ticket


def _heard(ticket: Ticket, turn: Turn | None) -> set[str | None]:
    """What the message is counted for until now."""
    return {ticket.topic, intents.topic_of(turn.intent if turn else None)} - {None}


def _do_count_anew(
    session: Session,
    policy: Policy,
    conversation: Conversation,
    message: Message,
    *,
    new: set[str | None],
    wrong: set[str | None],
) -> None:
    """Before the ticket changes, in the order in which a turn locks the topics."""
    text = redact.redact(message.text)
    for topic in sorted(filter(None, new | wrong)):
        if topic in wrong:
            counter.do_take_back(session, message_id=message.id, topic=topic)
            continue
        counter.do_mention(
            session,
            policy=policy,
            topic=topic,
            message_id=message.id,
            at=message.at,
            conversation=conversation,
            text=text,
        )


def _do_note_wish(session: Session, conversation: Conversation, message: Message) -> None:
    wishes.do_note(
        session,
        conversation=conversation,
        message_id=message.id,
        text=redact.redact(message.text),
        source="ticket",
    )


def _verdict(ticket: Ticket, given: CorrectIn) -> Verdict | None:
    """What is left out stays; the intent follows from type and topic where they leave no doubt. None: nothing said."""
    request_type = given.request_type or ticket.request_type
    topic = given.topic if "topic" in given.model_fields_set else ticket.topic
    if given.intent is not None:
        return Verdict(request_type, topic, intents.check(given.intent))
    if (request_type, topic) == (ticket.request_type, ticket.topic):
        return None
    return Verdict(request_type, topic, intents.implied(request_type=request_type, topic=topic))


def _is_as_it_stands(verdict: Verdict, ticket: Ticket) -> bool:
    return (verdict.request_type, verdict.topic) == (ticket.request_type, ticket.topic)


def _meant(session: Session, conversation: Conversation, ticket: Ticket, seq: int | None) -> Message:
    """The customer's message number `seq`; without one that which the ticket began with, else their last."""
    wanted = select(Message).where(Message.conversation_id == conversation.id, Message.author == Author.CUSTOMER)
    if seq is None and ticket.message_id is not None:
        found = session.scalar(wanted.where(Message.id == ticket.message_id))
    else:
        found = session.scalar(wanted.where(Message.seq == (seq or conversation.last_customer_seq)))
    if found is None:
        raise errors.Invalid("There is no such message of the customer's.", fields={"seq": "unknown"})
    return found


def _do_keep(
    session: Session, *, ticket: Ticket, message: Message, turn: Turn | None, verdict: Verdict, by: Staff
) -> bool:
    """One open row a message, with what was said of it last; whether that is anything new."""
    kept = select(Correction).where(Correction.message_id == message.id, Correction.state == State.OPEN)
    row = session.scalar(kept.with_for_update(of=Correction)) or _new(session, ticket, message, turn)
    if Verdict(row.request_type, row.topic, row.proposed) == verdict:
        return False
    row.request_type, row.topic, row.proposed = verdict.request_type, verdict.topic, verdict.intent
    row.corrected_by, row.corrected_at = by.id, clock.now()
    row.version = (row.version or 0) + 1
    session.flush()
    return True


def _new(session: Session, ticket: Ticket, message: Message, turn: Turn | None) -> Correction:
    row = Correction(
        message_id=message.id,
        ticket_id=ticket.id,
        language=ticket.language,
        said=redact.redact(message.text),
        understood=turn.intent if turn else None,
        confidence=turn.confidence if turn else None,
    )
    session.add(row)
    return row
