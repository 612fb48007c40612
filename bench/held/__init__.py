"""The hard held set: support messages labelled by hand, to judge by and never to learn from (see README.md here)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "zh")
NO_INTENT: Final = "none"
RISKS: Final = ("self_harm", "safety", "data", "legal", "regulator", "media")

HARD: Final = frozenset(
    {"typo", "slang", "code_mixing", "sarcasm", "two_questions", "no_question", "negation", "polite_anger", "indirect"}
    | {"very_short", "long_story", "emoji", "caps", "traditional", "harmless_risk", "personal_data", "other_language"}
    | {"gibberish", "injection"}
)
"""Why a message is hard."""
UNANSWERABLE: Final = frozenset({"oos", "near_miss"})
"""`oos`: asks for something that no article holds; `near_miss`: such a shop could well be asked it."""
TAGS: Final = HARD | UNANSWERABLE


@dataclass(frozen=True)
class Question:
    intent: str
    """One of domain.yml's, or `none` where none of them fits."""
    article: str | None
    """The starter article that answers it (`track-order`; in the index `track-order.en`), None where none does."""


@dataclass(frozen=True)
class Message:
    id: str
    text: str
    intent: str
    article: str | None
    second: Question | None = None
    also: tuple[str, ...] = ()
    """Further articles that would be as right an answer."""
    anger: int = 0
    """0 none, 1 annoyed, 2 angry."""
    urgency: bool = False
    risk: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        first = Question(self.intent, self.article)
        return (first, self.second) if self.second else (first,)

    @property
    def articles(self) -> tuple[str, ...]:
        """The article of each question that has one, in the order of the message."""
        return tuple(question.article for question in self.questions if question.article)

    @property
    def answerable(self) -> bool:
        """Whether the articles answer at least one of its questions."""
        return bool(self.articles)


def messages(language: str) -> tuple[Message, ...]:
    """Every message of a language, in the order of the file."""
    path = FOLDER / f"support.{language}.yml"
    return tuple(_message(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8")))


def _message(entry: dict[str, Any]) -> Message:
    fields = entry | {field: tuple(entry[field]) for field in ("also", "risk", "tags") if field in entry}
    if second := fields.pop("second", None):
        fields["second"] = Question(**second)
    return Message(**fields)
