"""What customers think of us: a suggestion or praise is acknowledged; "that did not help" is only counted."""

from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire

ACKNOWLEDGED: Final = frozenset({wire.SUGGESTION, wire.PRAISE})


class ActionFeedback(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_feedback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        intent = signals.intent(tracker)
        if intent in ACKNOWLEDGED:
            dispatcher.utter_message(response=f"utter_{intent}")
        signals.send(dispatcher, tracker, intent if intent in wire.SIGNALS else wire.NOT_HELPFUL)
        return []
