"""Whatever is a question: the knowledge base answers it, offers what it may be about, or says that it does not know."""

import logging
import os
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import signals
from bot import wire
from knowledge_index.client import Found, Hit, KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

logger = logging.getLogger(__name__)

DEFAULT_KNOWLEDGE_URL: Final = "http://127.0.0.1:5065"
SEARCH_TIMEOUT_SECONDS: Final = 2.0


class ActionAnswer(Action):  # type: ignore[misc]
    """Speaks only when it answers. The words around choices, and the offer of a person after a miss, are not Rasa's."""

    _kept: KnowledgeClient | None = None

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        text, language = signals.text(tracker), signals.search_language(tracker)
        before = signals.before(tracker)
        try:
            found = await self._knowledge().search(
                text, language=language, before=before.question, said=before.article_id, timeout=SEARCH_TIMEOUT_SECONDS
            )
        except KnowledgeRefused:
            signals.send(dispatcher, tracker, wire.UNANSWERED)
            return []
        except KnowledgeUnavailable:
            logger.warning("knowledge_down")
            signals.send(dispatcher, tracker, wire.UNANSWERED, reason=wire.KNOWLEDGE_DOWN)
            return []
        logger.debug("searched", extra={"decision": found.decision, "confidence": found.confidence})
        _say(dispatcher, tracker, found.without(signals.metadata(tracker).get("passed_over")))
        return []

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()

    def _knowledge(self) -> KnowledgeClient:
        """Made at the first call, since it belongs to the loop that it is used in; kept for its connections."""
        if self._kept is None:
            url = os.environ.get("FIREBREAK_KNOWLEDGE_URL") or DEFAULT_KNOWLEDGE_URL
            self._kept = KnowledgeClient(url)
        return self._kept


def _say(dispatcher: CollectingDispatcher, tracker: Tracker, found: Found) -> None:
    answers, choices = found.answers(), [wire.choice(hit.article_id, hit.question) for hit in found.offers()]
    if answers:
        best = answers[0]
        dispatcher.utter_message(text=best.answer)
        further = {"more": _more(answers), "choices": choices}
        signals.send(dispatcher, tracker, wire.ANSWERED, **_about(best), **{k: v for k, v in further.items() if v})
    elif choices:
        signals.send(dispatcher, tracker, wire.CHOICES, choices=choices)
    else:
        signals.send(dispatcher, tracker, wire.UNANSWERED)


def _about(hit: Hit) -> dict[str, Any]:
    return {"article_id": hit.article_id, "score": hit.score, "question": hit.question, "language": hit.language}


def _more(answers: list[Hit]) -> list[dict[str, Any]]:
    """The answers to the further questions of a message. Not as texts: Rasa's channel runs those together."""
    return [{**_about(hit), "text": hit.answer} for hit in answers[1:]]
