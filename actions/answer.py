"""Whatever is a question: the knowledge base answers it, offers what it may be about, or says that it does not know."""

import logging
import os
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire
from knowledge_index.client import KnowledgeClient, KnowledgeUnavailable

logger = logging.getLogger(__name__)

DEFAULT_KNOWLEDGE_URL: Final = "http://127.0.0.1:5065"
SEARCH_TIMEOUT_SECONDS: Final = 2.0


class ActionAnswer(Action):  # type: ignore[misc]
    """Speaks only when it answers. The words around choices, and the offer of a person after a miss, are not Rasa's."""

    _kept: KnowledgeClient | None = None

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        try:
            found = await self._knowledge().search(signals.text(tracker), language=signals.search_language(tracker))
        except KnowledgeUnavailable:
            logger.warning("knowledge_down")
            signals.send(dispatcher, tracker, wire.UNANSWERED, reason="knowledge_down")
            return []
        _say(dispatcher, tracker, found)
        return []

    def _knowledge(self) -> KnowledgeClient:
        """Made at the first call, since it belongs to the loop that it is used in; kept for its connections."""
        if self._kept is None:
            url = os.environ.get("FIREBREAK_KNOWLEDGE_URL") or DEFAULT_KNOWLEDGE_URL
            self._kept = KnowledgeClient(url)
        return self._kept


def _say(dispatcher: CollectingDispatcher, tracker: Tracker, found: dict[str, Any]) -> None:
    hits = found["hits"]
    if found["decision"] == "answer" and hits:
        best = hits[0]
        dispatcher.utter_message(text=best["answer"])
        about = {key: best[key] for key in ("article_id", "score", "question")}
        signals.send(dispatcher, tracker, wire.ANSWERED, **about)
    elif found["decision"] == "choices" and hits:
        signals.send(dispatcher, tracker, wire.CHOICES, choices=[_choice(hit) for hit in hits])
    else:
        signals.send(dispatcher, tracker, wire.UNANSWERED)


def _choice(hit: dict[str, Any]) -> dict[str, str]:
    return {"title": hit["question"], "payload": wire.ARTICLE_CHOICE + hit["article_id"]}
