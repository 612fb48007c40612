"""The wire shapes of the agents' calls."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot.chat import texts
from bot.desk.models import Status

Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return texts.check_storable(value) if isinstance(value, str) else value


class SeenIn(Shape):
    """`based_on_seq`: the last of the customer's messages that was read; without it nothing is checked."""

    based_on_seq: int | None = Field(None, ge=0)


class ReplyIn(Shape):
    text: Words
    based_on_seq: int = Field(ge=0)
    client_message_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class NoteIn(Shape):
    text: Words


class TransferIn(Shape):
    team: Annotated[str, StringConstraints(max_length=40)]
    reason: Line


class WaitIn(Shape):
    reason: Line
    until: AwareDatetime | None = None


class ResolveIn(SeenIn):
    summary: Words
    cause: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = None


class ReopenIn(Shape):
    reason: Line


class ListIn(BaseModel):
    """The list's filters. `status` may name several, separated by commas."""

    status: str = ""
    team: str | None = None
    mine: bool = False
    q: Annotated[str, StringConstraints(max_length=200)] | None = None
    cursor: Annotated[str, StringConstraints(max_length=400)] | None = None
    limit: int = Field(50, ge=1, le=200)

    @field_validator("mine", mode="before")
    @classmethod
    def _empty_is_no(cls, value: Any) -> Any:
        return False if value == "" else value

    @field_validator("status")
    @classmethod
    def _known(cls, value: str) -> str:
        unknown = [name for name in value.split(",") if name.strip() and name.strip() not in list(Status)]
        if unknown:
            raise ValueError(f"statuses are {', '.join(Status)}")
        return value

    @field_validator("q", "team")
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        return texts.check_storable(value) if value else value

    @property
    def statuses(self) -> list[Status]:
        return [Status(name.strip()) for name in self.status.split(",") if name.strip()]


class TicketsOut(BaseModel):
    items: list[dict[str, Any]]
    next: str | None = None
