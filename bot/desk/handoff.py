"""Giving a conversation to people: the ticket, its promise, and the bot's silence, in the caller's transaction."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.chat import delivery
from bot.chat.models import Conversation, Customer, Owner
from bot.core import clock
from bot.desk import ownership, priority, records, sla, views
from bot.desk.models import UNSETTLED, Status, Ticket
from bot.knowledge.wishes import service as wishes
from bot.policy.shapes import Level, Policy, RequestType

SUMMARY_LENGTH = 120
_UNSETTLED = select(Ticket).where(Ticket.conversation_id == bindparam("of_conversation"), Ticket.status.in_(UNSETTLED))


def do_hand_off(
    session: Session,
    *,
    policy: Policy,
    conversation: Conversation,
    message_id: str | None,
    facts: dict[str, Any],
    reason: str,
    request_type: str,
    topic: str | None,
    signals: list[str],
    repetition: int = 0,
    summary: str = "",
) -> Ticket:
    """Open a ticket for `conversation`, or press on with its unsettled one: a priority is raised, never lowered.

    Silences the bot unless an agent is speaking. `conversation` must carry the owner_version that the caller's turn
    began under; raises OwnerChanged when somebody else took over since. Says nothing to the customer: the caller
    does, with `words.promise`. `summary`: one redacted line; the topic's name where it is blank.
    """
    if conversation.owner == Owner.AGENT:
        ownership.check_unchanged(session, conversation=conversation)
    else:
        ownership.do_queue(session, conversation=conversation)
    topic = topic or policy.topic_of_risks(risk["kind"] for risk in facts.get("risks") or ())
    tier = session.scalar(select(Customer.tier).where(Customer.id == conversation.customer_id))
    case = priority.case_of(
        policy,
        facts=facts,
        request_type=request_type,
        topic=topic,
        tier=tier,
        repetition=repetition,
        signals=tuple(signals),
        reason=reason,
    )
    assessed = priority.assess(policy.priority, case)
    ticket = unsettled(session, conversation.id)
    if ticket is None:
        ticket = _open(session, policy, conversation, message_id, case, assessed, summary)
    else:
        _press(session, policy, ticket, case, assessed)
    views.tell_ticket(session, ticket)
    delivery.tell_state(session, conversation, views.brief(ticket))
    return ticket


def unsettled(session: Session, conversation_id: str) -> Ticket | None:
    """The conversation's ticket that is still owed something."""
    return session.scalar(_UNSETTLED, {"of_conversation": conversation_id})


def _open(
    session: Session,
    policy: Policy,
    conversation: Conversation,
    message_id: str | None,
    case: priority.Case,
    assessed: priority.Assessment,
    said: str,
) -> Ticket:
    moment = clock.now()
    due = sla.due(policy, assessed.level, moment)
    ticket = Ticket(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        message_id=message_id,
        episode=conversation.episode,
        channel=conversation.channel,
        language=conversation.language,
        request_type=case.request_type,
        topic=case.topic,
        reason=case.reason,
        priority=assessed.level,
        priority_reasons=list(assessed.reasons),
        signals=sorted(set(case.signals)),
        team=policy.team_for(case.request_type, case.topic),
        summary=_line(policy, conversation, case.topic, said),
        created_at=moment,
        first_response_due=due.first_response,
        resolution_due=due.resolution,
    )
    session.add(ticket)
    session.flush()
    if case.request_type == RequestType.SUGGESTION and message_id is not None and said:
        wishes.do_note(session, conversation=conversation, message_id=message_id, text=said, source="ticket")
    records.do_record(session, policy, ticket, "received", detail={"reason": case.reason, "priority": ticket.priority})
    return ticket


def _press(
    session: Session, policy: Policy, ticket: Ticket, case: priority.Case, assessed: priority.Assessment
) -> None:
    """Add what is new to an unsettled ticket; due times may come nearer, never move away."""
    before = ticket.priority
    ticket.signals = sorted({*ticket.signals, *case.signals})
    ticket.priority_reasons = priority.merged(ticket.priority_reasons, list(assessed.reasons))
    ticket.topic = ticket.topic or case.topic
    ticket.version += 1
    if ticket.status == Status.WAITING:
        ticket.status, ticket.waiting_until = Status.OPEN, None
    if assessed.level.rank < Level(before).rank:
        due = sla.due(policy, assessed.level, clock.now())
        ticket.priority = assessed.level
        ticket.first_response_due = min(ticket.first_response_due, due.first_response)
        ticket.resolution_due = min(ticket.resolution_due, due.resolution)
        records.do_record(session, policy, ticket, "raised", detail={"from": before, "to": ticket.priority})
    session.flush()


def _line(policy: Policy, conversation: Conversation, topic: str | None, summary: str) -> str:
    words = " ".join(summary.split())
    if not words and topic:
        words = policy.topic_name(topic, conversation.language)
    return words if len(words) <= SUMMARY_LENGTH else f"{words[: SUMMARY_LENGTH - 1]}…"
