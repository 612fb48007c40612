"""The wire shapes that gaps and wishes share."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from bot.core.shapes import Key, Shape, Words
from bot.knowledge.inbox.models import State

Limit = Annotated[int, Field(ge=1, le=200)]


class MergeIn(Shape):
    into: Key


class SplitIn(Shape):
    message_ids: list[Key] = Field(min_length=1, max_length=500)


class TellIn(Shape):
    """Without `text`, what stands to be told: the article, or the verdict with its reason."""

    text: Words | None = None


class PersonOut(BaseModel):
    id: str
    name: str


class TrendOut(BaseModel):
    """Messages of the last seven days, and of the seven before."""

    last_7: int
    before_7: int


class SaidOut(BaseModel):
    """One customer's words; `reason`: why they are here."""

    message_id: str
    conversation_id: str
    seq: int
    text: str
    at: str
    reason: str


class ClusterOut(BaseModel):
    """Messages that mean the same. `name` and `text` are the most central of them, `people` are distinct."""

    id: str
    name: str
    text: str
    language: str
    state: State
    people: int
    messages: int
    trend: TrendOut
    samples: list[SaidOut]
    first_at: str
    last_at: str
    conversation_id: str | None
    assignee: PersonOut | None = None
    article_id: str | None = None
    department: str | None = None
    reason: str | None = None
    decided_at: str | None = None


class EventOut(BaseModel):
    """A step; without `by` it happened by itself."""

    at: str
    event: str
    detail: dict[str, Any]
    by: PersonOut | None = None


class WholeOut(ClusterOut):
    """With its questions, the newest first, the last steps, and how many people were told."""

    questions: list[SaidOut]
    events: list[EventOut]
    told: int
    next: str | None = None


class ClustersOut(BaseModel):
    items: list[ClusterOut]
    next: str | None = None


class ToldOut(BaseModel):
    """Of all `people` who asked: `told` now, `suggested` to the agent who speaks with them, told `already`, and those
    who `cannot` be told since their conversation is closed."""

    people: int
    told: int
    suggested: int
    already: int
    cannot: int
