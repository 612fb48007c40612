"""A person, at once. What the customer is told stands in the transaction that makes the ticket, not here."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire


class ActionHandoff(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        signals.send(dispatcher, tracker, wire.HANDOFF, reason="asked")
        return []
