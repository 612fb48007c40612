"""Where is my request? The ticket's words are written from the ticket itself, by whoever reads the signal."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire


class ActionTicketStatus(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_ticket_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        if not signals.metadata(tracker).get("ticket"):
            dispatcher.utter_message(response="utter_no_ticket")
        signals.send(dispatcher, tracker, wire.TICKET_STATUS)
        return []
