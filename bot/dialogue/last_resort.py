"""The end of a message on which everything breaks: people take it over, by as little code as can be.

Nothing is understood, asked or counted here, since any of that may be what breaks. Nobody is left waiting for it.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.chat import delivery
from bot.chat.models import Author, Conversation, Owner, Turn
from bot.core import clock
from bot.desk import handoff, words
from bot.dialogue.claim import Pending
from bot.policy.shapes import Policy

SUMMARY = "…"
"""Redacting may be what breaks, and the list of tickets shows no private numbers: the words stand in the thread."""


def do_hand_over(session: Session, *, policy: Policy, conversation: Conversation, pending: Pending) -> None:
    """Settle the message as `failed`, with a ticket and its promise; under an agent, who has it already, without.

    Whether it complains of something is not known: that stays as work which failed, for an operator to try again.
    """
    if conversation.owner != Owner.AGENT:
        _do_promise(session, policy, conversation, pending.message_id)
    settled = {"state": "done", "answered_at": clock.now(), "engine": "none", "outcome": "failed"}
    session.execute(
        update(Turn)
        .where(Turn.message_id == pending.message_id, Turn.state == "waiting")
        .values(**settled, attempts=Turn.attempts + 1, recount="failed")
    )


def _do_promise(session: Session, policy: Policy, conversation: Conversation, message_id: str) -> None:
    ticket = handoff.do_hand_off(
        session,
        policy=policy,
        conversation=conversation,
        message_id=message_id,
        facts={},
        reason="time_out",
        request_type="question",
        topic=None,
        signals=[],
        summary=SUMMARY,
    )
    promised = words.promise(policy, ticket, language=conversation.language, now=clock.now())
    delivery.do_say(
        session, conversation=conversation, author=Author.SYSTEM, text=promised, in_reply_to=message_id, part=0
    )
    conversation.told_at = clock.now()
