"""Where a conversation stands when a message is about to be answered: read once, in one transaction."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot import wire
from bot.chat.models import Author, Conversation, Message
from bot.core import clock
from bot.desk import handoff, views
from bot.desk.models import Ticket
from bot.dialogue import decide, opening
from bot.dialogue.claim import Pending
from bot.dialogue.decide import Answer, Situation
from bot.dialogue.engine import TurnInput
from bot.dialogue.meant import instead
from bot.dialogue.prewarm import understood
from bot.knowledge.models import Article, Audience
from bot.policy.shapes import Policy
from bot.understanding.clean import fold
from bot.understanding.facts import Facts
from bot.understanding.naming import words_named

WEEK = timedelta(days=7)
UNTOLD = "und"
"""The language of a text that has none to tell it by: then the conversation's holds."""


@dataclass(frozen=True)
class Begun:
    """A message under way. `owner_version` is the fence: words decided under an older one are never said."""

    owner_version: int
    pending: Pending
    facts: Facts
    situation: Situation
    turn: TurnInput
    chosen: Answer | None = None


@dataclass(frozen=True)
class Standing:
    """The rows that a turn needs, as they were read."""

    conversation: Conversation
    pending: Pending
    ticket: Ticket | None
    chosen: Answer | None
    given_last: frozenset[str] = frozenset()


def read(session: Session, *, conversation: Conversation, pending: Pending) -> Standing:
    """Read everything that the turn needs to know; writes nothing."""
    ticket = handoff.unsettled(session, conversation.id)
    return Standing(conversation, pending, ticket, _chosen(session, pending), _given_last(session, conversation))


def begin(policy: Policy, standing: Standing) -> Begun:
    """Understand the message where it stands: work for the processor alone, outside any transaction."""
    conversation, pending, ticket = standing.conversation, standing.pending, standing.ticket
    seen = understood(pending.text)
    language = seen.reply_language if seen.language != UNTOLD else conversation.language
    situation = Situation(
        owner=conversation.owner,
        misses=conversation.misses,
        human_offered=conversation.human_offered,
        has_ticket=ticket is not None,
        complaints_before=conversation.complaints,
        last_article_id=conversation.last_article_id,
        given_last=standing.given_last,
        last_outcome=conversation.last_outcome,
        told_recently=_told_recently(conversation, policy),
        wants_human_by_choice=pending.choice == wire.HUMAN_CHOICE,
    )
    return Begun(
        owner_version=conversation.owner_version,
        pending=pending,
        facts=seen,
        situation=situation,
        turn=_turn(conversation, pending, seen, language, policy, ticket),
        chosen=standing.chosen,
    )


def heard(begun: Begun) -> Begun:
    """The same, with what the text's vector told meanwhile."""
    return replace(begun, facts=understood(begun.pending.text))


def _given_last(session: Session, conversation: Conversation) -> frozenset[str]:
    """The articles of the last turn; asked for only where it gave several, since the last one is known anyway."""
    given = decide.articles_given(conversation.last_outcome)
    if not given:
        return frozenset()
    told = select(Message.article_id).where(Message.conversation_id == conversation.id, Message.article_id.is_not(None))
    return frozenset(filter(None, session.scalars(told.order_by(Message.seq.desc()).limit(given))))


def going_on(session: Session, begun: Begun) -> TurnInput:
    """The turn with what was asked before it: as the article puts it that answered it, else in the customer's words,
    and so where that article was not what they meant."""
    said = begun.situation.last_article_id if begun.turn.passed_over is None else None
    earlier: Select[Any]
    if said is None:
        earlier = select(Message.text).where(Message.author == Author.CUSTOMER, Message.seq < begun.pending.seq)
    else:
        earlier = select(Message.article_question).where(Message.article_id == said)
    there = earlier.where(Message.conversation_id == begun.pending.conversation_id)
    before = session.scalar(there.order_by(Message.seq.desc()).limit(1))
    return replace(begun.turn, before=before or "", said=said)


def _turn(
    conversation: Conversation, pending: Pending, seen: Facts, language: str, policy: Policy, ticket: Ticket | None
) -> TurnInput:
    part = conversation.episode_turns // policy.dialogue.turns_per_sender
    meant = instead(seen.text)
    asked = meant or seen.denial.rest or seen.text
    asked = opening.after(asked) or asked
    return TurnInput(
        sender=f"{conversation.id}:{conversation.episode}.{part}",
        message_id=pending.message_id,
        text=asked or pending.text,
        language=language,
        embedding=seen.embedding if seen.language != UNTOLD else wire.embedding_of(language),
        entities=tuple(
            {"entity": found.kind, "value": found.value, "start": found.start, "end": found.end}
            for found in seen.entities
        ),
        ticket=_ticket(policy, ticket, language),
        asks_human=bool(seen.asks_human or (meant and understood(meant).asks_human)),
        asks_ticket_status=bool(seen.asks_ticket_status),
        passed_over=conversation.last_article_id if meant else None,
        names=words_named(fold(asked)),
        no_complaint=seen.denial.complaint,
    )


def _ticket(policy: Policy, ticket: Ticket | None, language: str) -> dict[str, Any] | None:
    return {**views.brief(ticket), "team": policy.team_name(ticket.team, language)} if ticket else None


def _told_recently(conversation: Conversation, policy: Policy) -> bool:
    again = timedelta(seconds=policy.dialogue.certainty_again_seconds)
    return conversation.told_at is not None and timedelta(0) <= clock.now() - conversation.told_at < again


def repetition(session: Session, conversation: Conversation, pending: Pending) -> int:
    """How many times this customer has come with it: tickets of the last week, and the same words in this episode."""
    tickets = session.scalar(
        select(func.count()).where(
            Ticket.customer_id == conversation.customer_id,
            Ticket.created_at > clock.now() - WEEK,
            Ticket.conversation_id != conversation.id,
        )
    )
    same = session.scalar(
        select(func.count()).where(
            Message.conversation_id == conversation.id,
            Message.author == Author.CUSTOMER,
            Message.episode == conversation.episode,
            Message.seq <= pending.seq,
            func.lower(Message.text) == pending.text.lower(),
        )
    )
    return max((tickets or 0) + 1, same or 1)


def _chosen(session: Session, pending: Pending) -> Answer | None:
    """The answer of an article that the customer picked from a list; None when nothing was picked, or it is gone."""
    if not pending.choice or not pending.choice.startswith(wire.ARTICLE_CHOICE):
        return None
    article = session.get(Article, pending.choice.removeprefix(wire.ARTICLE_CHOICE))
    if article is None or not article.indexed or article.audience != Audience.PUBLIC:
        return None
    return Answer(article.answer, article.id, article.question, article.language)
