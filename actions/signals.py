"""What every action reads of the message that it answers, and the one signal that it sends back."""

from dataclasses import dataclass
from typing import Any, Final

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot import wire

FALLBACK_INTENT: Final = "nlu_fallback"


def text(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "")


def intent(tracker: Tracker) -> str:
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def metadata(tracker: Tracker) -> dict[str, Any]:
    return tracker.latest_message.get("metadata") or {}


def language(tracker: Tracker) -> str:
    """The language to reply in: `en` or `zh`."""
    named = metadata(tracker).get("language")
    return str(named) if named in wire.REPLY_LANGUAGES else wire.script_language(text(tracker))


def search_language(tracker: Tracker) -> str:
    """The language whose articles are searched; `und` for a text that is neither English nor Chinese."""
    reply = language(tracker)
    named = metadata(tracker).get("embedding")
    return "und" if named == wire.EMBEDDING_MULTI and reply == "en" else reply


@dataclass(frozen=True)
class Before:
    """What was asked before this message: as the article puts it that answered it, else in the customer's words, and so
    where that article was not what they meant."""

    question: str = ""
    article_id: str | None = None


def before(tracker: Tracker) -> Before:
    asked_now, was_wrong = True, bool(metadata(tracker).get("passed_over"))
    for event in reversed(tracker.events):
        if event.get("event") == "bot" and not was_wrong:
            said = (event.get("data") or {}).get("custom") or {}
            if said.get("signal") == wire.ANSWERED and said.get("question"):
                return Before(str(said["question"]), said.get("article_id"))
        elif event.get("event") == "user":
            if not asked_now:
                return Before(str(event.get("text") or ""))
            asked_now = False
    return Before()


def send(dispatcher: CollectingDispatcher, tracker: Tracker, name: str, **extra: Any) -> None:
    """Send the signal `name`; with `degraded: true` when the message was never understood for want of a vector."""
    if tracker.latest_message.get("degraded"):
        extra["degraded"] = True
    confidence, entities = _confidence(tracker), _entities(tracker)
    signal = wire.signal(name, intent=intent(tracker), confidence=confidence, entities=entities, **extra)
    dispatcher.utter_message(json_message=signal)


def _confidence(tracker: Tracker) -> float:
    """How sure the intent is; 0 when none fitted, where Rasa would give its own threshold back."""
    if intent(tracker) == FALLBACK_INTENT:
        return 0.0
    return float((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)


def _entities(tracker: Tracker) -> list[dict[str, Any]]:
    found = tracker.latest_message.get("entities") or []
    return [
        {key: entity[key] for key in ("entity", "value", "start", "end")}
        for entity in found
        if entity.get("entity") != "language" and {"entity", "value", "start", "end"} <= entity.keys()
    ]
