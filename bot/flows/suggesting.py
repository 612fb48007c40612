"""What the system would have told a customer is put before the agent who speaks with them."""

from typing import Any

from bot.core.db import Database
from bot.desk import handoff, records, views
from bot.policy.shapes import Policy

PASS_ON = {"en": "To pass on to the customer:", "zh": "可转告客户："}


def suggest(db: Database, policy: Policy, payload: dict[str, Any]) -> None:
    """Job handler. Without a ticket that is unsettled nobody speaks with them any more, and nothing is done."""
    with db.transaction() as session:
        ticket = handoff.unsettled(session, payload["conversation_id"])
        if ticket is None:
            return
        opening = PASS_ON.get(ticket.language, PASS_ON["en"])
        detail = {"article_id": payload["article_id"]} if payload["article_id"] else {}
        text = f"{opening}\n{payload['text']}"
        records.do_record(session, policy, ticket, "suggested", text=text, detail=detail)
        views.tell_ticket(session, ticket)
