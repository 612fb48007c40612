"""The names shared with Rasa: what a request's metadata and a reply's `custom` may hold.

Imported by the product, by `actions/` and by `bot/nlu/` (Python 3.10): standard library only.
"""

import re
from typing import Any, Final

ANSWERED: Final = "answered"
CHOICES: Final = "choices"
UNANSWERED: Final = "unanswered"
HANDOFF: Final = "handoff"
COMPLAINT: Final = "complaint"
SUGGESTION: Final = "suggestion"
PRAISE: Final = "praise"
TICKET_STATUS: Final = "ticket_status"
NOT_HELPFUL: Final = "not_helpful"
SAID: Final = "said"

SIGNALS: Final = frozenset(
    {ANSWERED, CHOICES, UNANSWERED, HANDOFF, COMPLAINT, SUGGESTION, PRAISE, TICKET_STATUS, NOT_HELPFUL, SAID}
)

REPLY_LANGUAGES: Final = ("en", "zh")
EMBEDDING_EN: Final = "en"
EMBEDDING_MULTI: Final = "multi"

ARTICLE_CHOICE: Final = "article:"
"""Prefix of a choice's payload that names an article."""

HUMAN_CHOICE: Final = "human"
"""Payload of the choice that asks for a person."""

KNOWLEDGE_DOWN: Final = "knowledge_down"
"""The `reason` of an `unanswered` signal where the search itself failed."""

RECOUNT_SENDER: Final = "recount:"
"""Sender prefix of a message that is sent again only for its signals."""


_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def script_language(text: str) -> str:
    """`zh` when the text holds a CJK ideograph, else `en`: the rule where no metadata names the language."""
    return "zh" if _CJK.search(text) else "en"


def embedding_of(language: str) -> str:
    """The key of the one model whose space texts of `language` live in."""
    return EMBEDDING_EN if language == "en" else EMBEDDING_MULTI


def choice(article_id: str, question: str) -> dict[str, str]:
    """An article that is offered to be picked."""
    return {"title": question, "payload": ARTICLE_CHOICE + article_id}


def signal(
    name: str, *, intent: str, confidence: float, entities: list[dict[str, Any]], **extra: Any
) -> dict[str, Any]:
    """A signal as it travels in a reply's `custom`."""
    return {"signal": name, "intent": intent, "confidence": confidence, "entities": entities, **extra}
