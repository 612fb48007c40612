"""The wire shapes of how articles serve."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot.core.shapes import Query, Shape
from bot.knowledge.models import Status

Days = Annotated[int, Field(ge=1, le=366)]
USUAL_DAYS = 90


class UsedIn(Shape):
    """Which articles: the most shown, those that hurt most, or the published ones that nobody was answered with."""

    order: Literal["shown", "hurts", "unused"] = "shown"
    days: Days = USUAL_DAYS
    language: Query = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ReasonOut(BaseModel):
    reason: str
    at: str
    conversation_id: str


class FiguresOut(BaseModel):
    """`hurt`: the share of answers that did not help or were followed by a person, as low as it may really be."""

    shown: int
    people: int
    helped: int
    not_helped: int
    handoffs: int
    hurt: float
    last_used_at: str | None


class UsedOut(FiguresOut):
    article_id: str
    question: str
    language: str
    status: Status


class UseOut(UsedOut):
    days: int
    reasons: list[ReasonOut]


class UsesOut(BaseModel):
    days: int
    items: list[UsedOut]
