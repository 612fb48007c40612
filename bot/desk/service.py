"""What an agent does with a ticket. Each is one transaction: the ticket, the conversation's owner, the event, the
customer's words."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.chat import delivery
from bot.chat.models import Author, Conversation, Kind, Message, Owner
from bot.core import clock, errors
from bot.core.auth import Role, Staff
from bot.desk import handoff, ownership, records, sla, views, words
from bot.desk.access import hold_ticket
from bot.desk.models import UNSETTLED, Status, Ticket
from bot.policy.shapes import Policy


def do_claim(session: Session, *, policy: Policy, number: int, staff: Staff) -> Ticket:
    """Hold the ticket and speak to the customer. Claiming one's own again changes nothing; Conflict if another's."""
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    _check_unsettled(ticket)
    if not _speaks(ticket, conversation, staff):
        _take(session, policy, ticket, conversation, staff)
        _tell(session, ticket, conversation)
    return ticket


def do_reply(
    session: Session,
    *,
    policy: Policy,
    number: int,
    staff: Staff,
    text: str,
    based_on_seq: int,
    client_message_id: str,
) -> Message:
    """Say `text` to the customer, claiming the ticket if nobody has. The same client_message_id is said once.

    Raises Stale when the customer wrote after `based_on_seq`, Conflict when another agent holds the ticket.
    """
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    said = _said(session, conversation, staff, client_message_id)
    if said is not None:
        return said
    _check_unsettled(ticket)
    _check_not_anothers(ticket, staff)
    _check_read(conversation, based_on_seq)
    if not _speaks(ticket, conversation, staff):
        _take(session, policy, ticket, conversation, staff)
    message = delivery.do_say(
        session,
        conversation=conversation,
        author=Author.AGENT,
        text=text,
        staff=staff,
        client_message_id=_own_id(staff, client_message_id),
    )
    _set(session, ticket, status=Status.OPEN, waiting_until=None, first_response_at=_first(ticket, message.at))
    records.do_record(session, policy, ticket, "answered", staff=staff, seq=message.seq)
    _tell(session, ticket, conversation)
    return message


def do_note(session: Session, *, policy: Policy, number: int, staff: Staff, text: str) -> Ticket:
    """Keep a word for colleagues; the customer never sees it."""
    ticket, _ = hold_ticket(session, number=number, staff=staff)
    records.do_record(session, policy, ticket, "note", staff=staff, text=text)
    _set(session, ticket)
    views.tell_ticket(session, ticket)
    return ticket


def do_correct(
    session: Session,
    *,
    policy: Policy,
    ticket: Ticket,
    staff: Staff,
    request_type: str,
    topic: str | None,
    intent: str | None,
) -> None:
    """Put the type and topic of a ticket right that is held. Promises, priority and team stay; nobody else is told."""
    if topic is not None and topic not in policy.topics.topics:
        raise errors.Invalid(
            "Topics are: {known}.", words={"known": ", ".join(policy.topics.topics)}, fields={"topic": "unknown"}
        )
    detail = {"request_type": request_type, "topic": topic, "intent": intent}
    records.do_record(session, policy, ticket, "corrected", staff=staff, text="", detail=detail)
    _set(session, ticket, request_type=request_type, topic=topic)
    views.tell_ticket(session, ticket)


def do_wait(
    session: Session, *, policy: Policy, number: int, staff: Staff, reason: str, until: datetime | None = None
) -> Ticket:
    """Put one's ticket on hold, for the customer's answer or until a time. Promises go on counting."""
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    _check_unsettled(ticket)
    _check_mine(ticket, staff)
    if until is not None and until <= clock.now():
        raise errors.Invalid("The time to wait until has passed already.", fields={"until": "in the past"})
    _set(session, ticket, status=Status.WAITING, waiting_until=until)
    detail = {"reason": reason, **({"until": clock.iso(until)} if until else {})}
    records.do_record(session, policy, ticket, "waiting", staff=staff, detail=detail)
    _tell(session, ticket, conversation)
    return ticket


def do_transfer(session: Session, *, policy: Policy, number: int, staff: Staff, team: str, reason: str) -> Ticket:
    """Give the ticket to the queue of `team`. Another's ticket is a lead's to move."""
    if team not in policy.teams.teams:
        raise errors.Invalid(
            "Teams are: {known}.", words={"known": ", ".join(policy.teams.teams)}, fields={"team": "unknown"}
        )
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    _check_unsettled(ticket)
    if not staff.may(Role.LEAD, Role.SUPERVISOR):
        _check_not_anothers(ticket, staff)
    before = ticket.team
    _set(session, ticket, status=Status.NEW, holder_id=None, team=team, waiting_until=None)
    ownership.do_queue(session, conversation=conversation)
    detail = {"from": before, "to": team, "reason": reason}
    _record_and_say(session, policy, ticket, conversation, "transferred", staff, detail=detail)
    _tell(session, ticket, conversation)
    return ticket


def do_resolve(
    session: Session,
    *,
    policy: Policy,
    number: int,
    staff: Staff,
    summary: str,
    cause: str | None = None,
    based_on_seq: int | None = None,
) -> Ticket:
    """Settle a ticket that is one's own or nobody's: the conversation closes, and the bot answers what comes next.

    Raises Stale when the customer wrote after `based_on_seq`: nobody would answer that any more.
    """
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    _check_unsettled(ticket)
    _check_not_anothers(ticket, staff)
    _check_read(conversation, based_on_seq)
    moment = clock.now()
    _set(
        session,
        ticket,
        status=Status.RESOLVED,
        holder_id=staff.id,
        resolved_at=moment,
        first_response_at=_first(ticket, moment),
        waiting_until=None,
        solution=summary,
        cause=cause,
    )
    _record_and_say(session, policy, ticket, conversation, "resolved", staff, detail={"cause": cause} if cause else {})
    ownership.do_give_to_bot(session, conversation=conversation, closed_at=moment)
    _tell(session, ticket, conversation)
    return ticket


def do_reopen(session: Session, *, policy: Policy, number: int, staff: Staff, reason: str) -> Ticket:
    """Take up a settled ticket again as one's own, with a new time to solve it."""
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    if ticket.status in UNSETTLED:
        raise errors.Conflict("This ticket is not settled yet.")
    if handoff.unsettled(session, conversation.id) is not None:
        raise errors.Conflict("This conversation has a newer ticket that is not settled yet.")
    due = sla.due(policy, ticket.priority, clock.now())
    _set(
        session,
        ticket,
        status=Status.OPEN,
        holder_id=staff.id,
        resolved_at=None,
        resolution_due=due.resolution,
    )
    ownership.do_take_over(session, conversation=conversation, agent=staff)
    _record_and_say(session, policy, ticket, conversation, "reopened", staff, detail={"reason": reason})
    _tell(session, ticket, conversation)
    return ticket


def do_return_to_bot(
    session: Session, *, policy: Policy, number: int, staff: Staff, based_on_seq: int | None = None
) -> Ticket:
    """Let the bot speak again while one keeps the ticket. Raises Stale when the customer wrote after `based_on_seq`."""
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    _check_unsettled(ticket)
    _check_mine(ticket, staff)
    if conversation.owner != Owner.BOT:
        _check_read(conversation, based_on_seq)
        _record_and_say(session, policy, ticket, conversation, "returned", staff)
        ownership.do_give_to_bot(session, conversation=conversation)
        _set(session, ticket)
        _tell(session, ticket, conversation)
    return ticket


def do_hear(session: Session, *, conversation: Conversation) -> Ticket | None:
    """The customer wrote while people own the conversation: a ticket that waited for them is open again.

    Call it with the conversation's row held. Returns the unsettled ticket.
    """
    ticket = handoff.unsettled(session, conversation.id)
    if ticket is not None and ticket.status == Status.WAITING:
        _set(session, ticket, status=Status.OPEN, waiting_until=None)
        _tell(session, ticket, conversation)
    return ticket


def _take(session: Session, policy: Policy, ticket: Ticket, conversation: Conversation, staff: Staff) -> None:
    claimed = session.execute(
        update(Ticket)
        .where(
            Ticket.id == ticket.id,
            Ticket.status.in_(UNSETTLED),
            Ticket.holder_id.is_(None) | (Ticket.holder_id == staff.id),
        )
        .values(holder_id=staff.id, status=Status.OPEN, waiting_until=None, version=Ticket.version + 1)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if claimed is None:
        raise _held(ticket)
    session.refresh(ticket)
    ownership.do_take_over(session, conversation=conversation, agent=staff)
    _record_and_say(session, policy, ticket, conversation, "claimed", staff)


def _record_and_say(
    session: Session,
    policy: Policy,
    ticket: Ticket,
    conversation: Conversation,
    event: str,
    staff: Staff,
    *,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write the event down and show the same sentence in the thread."""
    spoken = "transferred_unanswered" if event == "transferred" and ticket.first_response_at is None else event
    text = words.event(policy, ticket, spoken, now=clock.now(), name=staff.name)
    said = delivery.do_say(session, conversation=conversation, author=Author.SYSTEM, kind=Kind.EVENT, text=text)
    records.do_record(session, policy, ticket, event, staff=staff, text=text, detail=detail, seq=said.seq)


def _set(session: Session, ticket: Ticket, **values: Any) -> None:
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket.id)
        .values(**values, version=Ticket.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(ticket)


def _tell(session: Session, ticket: Ticket, conversation: Conversation) -> None:
    views.tell_ticket(session, ticket)
    delivery.tell_state(session, conversation, views.brief(ticket))


def _speaks(ticket: Ticket, conversation: Conversation, staff: Staff) -> bool:
    return ticket.holder_id == staff.id and conversation.owner == Owner.AGENT and conversation.agent_id == staff.id


def _first(ticket: Ticket, moment: datetime) -> datetime:
    return ticket.first_response_at or moment


def _own_id(staff: Staff, client_message_id: str) -> str:
    return f"{staff.id}:{client_message_id}"


def _said(session: Session, conversation: Conversation, staff: Staff, client_message_id: str) -> Message | None:
    return session.scalar(
        select(Message).where(
            Message.conversation_id == conversation.id,
            Message.client_message_id == _own_id(staff, client_message_id),
            Message.author == Author.AGENT,
        )
    )


def _check_unsettled(ticket: Ticket) -> None:
    if ticket.status not in UNSETTLED:
        raise errors.Conflict("This ticket is settled. Reopen it first.")


def _check_not_anothers(ticket: Ticket, staff: Staff) -> None:
    if ticket.holder_id not in (None, staff.id):
        raise _held(ticket)


def _check_read(conversation: Conversation, based_on_seq: int | None) -> None:
    if based_on_seq is not None and conversation.last_customer_seq > based_on_seq:
        raise errors.Stale(fields={"last_customer_seq": conversation.last_customer_seq})


def _check_mine(ticket: Ticket, staff: Staff) -> None:
    _check_not_anothers(ticket, staff)
    if ticket.holder_id is None:
        raise errors.Conflict("Claim this ticket first.")


def _held(ticket: Ticket) -> errors.Conflict:
    name = ticket.holder.name if ticket.holder else "Somebody else"
    return errors.Conflict("{name} holds this ticket.", words={"name": name}, fields={"holder": name})
