"""The wire shapes of the calls on wishes."""

from typing import Literal

from pydantic import BaseModel, Field

from bot.core.shapes import Cursor, Key, Query, Shape, Words
from bot.knowledge.inbox.schemas import ClusterOut, WholeOut

Verdict = Literal["planned", "no", "done"]


class ListIn(Shape):
    """`department`: its key in the policy."""

    state: Literal["open", "planned", "no", "done", "all"] = "open"
    department: Query = ""
    language: Query = ""
    after: Cursor = ""
    limit: int = Field(50, ge=1, le=200)


class OwnerIn(Shape):
    department: Key


class VerdictIn(Shape):
    verdict: Verdict
    why: Words


class WishOut(ClusterOut):
    """With the verdict and its reason, once there is one."""

    verdict: Verdict | None = None
    why: str | None = None


class WholeWishOut(WholeOut):
    verdict: Verdict | None = None
    why: str | None = None


class WishesOut(BaseModel):
    items: list[WishOut]
    next: str | None = None
