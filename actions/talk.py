"""Talk that needs no article: greetings, thanks, yes and no, "are you a robot", "I meant something else"."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire


class ActionTalk(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_talk"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(response=f"utter_{signals.intent(tracker)}")
        signals.send(dispatcher, tracker, wire.SAID)
        return []
