"""The wire shapes of the calls on gaps."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.core.shapes import LARGEST_INTEGER, Cursor, Key, Query, Shape, Storable, Words

ArticleId = Annotated[str, StringConstraints(min_length=1, max_length=120), Storable]


class ListIn(Shape):
    """`assignee`: the id of a member of staff."""

    state: Literal["open", "answered", "dismissed", "all"] = "open"
    language: Query = ""
    assignee: Query = ""
    after: Cursor = ""
    limit: int = Field(50, ge=1, le=200)


class AnswerIn(Shape):
    article_id: ArticleId
    version: Annotated[int, Field(ge=1, le=LARGEST_INTEGER)] | None = None
    as_variant: bool = False


class DismissIn(Shape):
    reason: Words


class AssignIn(Shape):
    staff_id: Key | None
