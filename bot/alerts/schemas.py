"""The wire shapes of the supervisor's calls."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, field_validator

from bot.alerts.models import Phase
from bot.core.shapes import Cursor, Key, Query, Shape, Trimmed, Words
from bot.desk.schemas import NamedOut
from bot.policy.shapes import Severity


class RaiseIn(Shape):
    topic: Key
    note: Words
    conversation_ids: list[Key] = Field([], max_length=200)


class ConfirmIn(Shape):
    level: Severity
    note: Annotated[str, Trimmed, StringConstraints(max_length=4000)] = ""


class DismissIn(Shape):
    reason: Words
    kind: Literal["not_a_complaint", "wrong_topic", "known", "other"]


class PassOnIn(Shape):
    department: Key
    note: Words


class ListIn(Shape):
    """`phase` may name several, separated by commas; without it, all."""

    phase: Query = ""
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=200)

    @field_validator("phase")
    @classmethod
    def _known(cls, value: str) -> str:
        if any(name.strip() and name.strip() not in list(Phase) for name in value.split(",")):
            raise ValueError(f"phases are {', '.join(Phase)}")
        return value

    @property
    def phases(self) -> list[Phase]:
        return [Phase(name.strip()) for name in self.phase.split(",") if name.strip()]


class DepartmentOut(BaseModel):
    department: str
    due_at: str
    acknowledged_at: str | None = None


class AlertOut(BaseModel):
    """`window`: in minutes. `rule`: the threshold that was crossed."""

    id: str
    topic: str
    phase: Phase
    level: Severity | None
    opened_at: str
    closed_at: str | None
    last_mention_at: str | None
    trigger: str
    window: int | None
    rule: dict[str, Any]
    people: int
    channels: list[str]
    families: list[str]
    messages: int
    baseline: float | None
    departments: list[DepartmentOut]
    tickets: list[int]
    version: int


class MentionOut(BaseModel):
    person: str
    person_id: str
    channel: str
    family: str
    conversation_id: str
    at: str
    text: str


class StepOut(BaseModel):
    at: str
    event: str
    text: str
    detail: dict[str, Any]
    author: str | None = None


class DecisionOut(BaseModel):
    step: str
    note: str
    by: str
    at: str


class AlertCardOut(AlertOut):
    mentions: list[MentionOut]
    events: list[StepOut]
    decision: DecisionOut | None


class AlertsOut(BaseModel):
    items: list[AlertOut]
    next: str | None = None


class TopicsOut(BaseModel):
    items: list[NamedOut]
