"""The wire shapes of the supervisor's calls."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot.alerts.models import Phase
from bot.chat import texts
from bot.policy.shapes import Severity

Note = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return texts.check_storable(value) if isinstance(value, str) else value


class RaiseIn(Shape):
    topic: Key
    note: Note
    conversation_ids: list[Key] = Field([], max_length=200)


class ConfirmIn(Shape):
    level: Severity
    note: Annotated[str, StringConstraints(max_length=4000, strip_whitespace=True)] = ""


class DismissIn(Shape):
    reason: Note
    kind: Literal["not_a_complaint", "wrong_topic", "known", "other"]


class PassOnIn(Shape):
    department: Key
    note: Note


class ListIn(BaseModel):
    """`phase` may name several, separated by commas; without it, all."""

    phase: str = ""
    cursor: Annotated[str, StringConstraints(max_length=100)] | None = None
    limit: int = Field(50, ge=1, le=200)

    @field_validator("phase")
    @classmethod
    def _known(cls, value: str) -> str:
        if any(name.strip() and name.strip() not in list(Phase) for name in value.split(",")):
            raise ValueError(f"phases are {', '.join(Phase)}")
        return value

    @field_validator("cursor")
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        return texts.check_storable(value) if value else value

    @property
    def phases(self) -> list[Phase]:
        return [Phase(name.strip()) for name in self.phase.split(",") if name.strip()]


class AlertsOut(BaseModel):
    items: list[dict[str, Any]]
    next: str | None = None
