"""A complaint about a topic: say what happens next, in the approved words where an alert has them."""

from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire

INTENT_PREFIX: Final = "complain_"


class ActionComplaint(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        topic = signals.intent(tracker).removeprefix(INTENT_PREFIX)
        holding = (signals.metadata(tracker).get("holding") or {}).get(topic)
        if holding:
            dispatcher.utter_message(text=holding)
        else:
            dispatcher.utter_message(response=f"utter_{signals.intent(tracker)}")
        signals.send(dispatcher, tracker, wire.COMPLAINT, topic=topic)
        return []
