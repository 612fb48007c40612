"""The wire shapes of the operators' calls."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.core.shapes import Line, Shape, Storable

WorkId = Annotated[str, StringConstraints(min_length=1, max_length=64), Storable]
Level = Literal["debug", "info", "warning", "error"]
State = Literal["failed", "waiting", "running", "given_up"]


class Replay(Shape):
    """These ids, or all that failed of `kind`, or with neither all that failed. A field that is not known is refused:
    one that was mistyped would replay everything."""

    model_config = ConfigDict(extra="forbid")
    ids: list[WorkId] | None = None
    kind: WorkId | None = None


class GiveUp(Shape):
    reason: Line


class Loudness(Shape):
    """Without `part`, every part. A field that is not known is refused: a mistyped one would name every part."""

    model_config = ConfigDict(extra="forbid")
    level: Level
    part: Literal["web", "worker", "knowledge", "actions", "rasa"] | None = None


class PartOut(BaseModel):
    """`customers`: what they feel when it is not well. What else is told depends on the part."""

    model_config = ConfigDict(extra="allow")
    state: str
    since: str
    customers: str | None = None


class ReadyOut(BaseModel):
    """`ready`: messages are acknowledged. `answering`: they are answered as well as can be."""

    ready: bool
    answering: bool
    state: Literal["ok", "degraded", "down"]
    parts: dict[str, PartOut]


class ProcessOut(BaseModel):
    name: str
    part: str
    version: str
    log_level: str
    started_at: str
    seen_at: str


class OverviewOut(ReadyOut):
    """What the database would tell is null while it does not answer. `addresses`: of parts that are several."""

    addresses: dict[str, str]
    version: str
    at: str
    oldest_turn_seconds: float | None
    failed: int | None
    log_levels: dict[str, str]
    processes: list[ProcessOut]


class WorkOut(BaseModel):
    """`belongs_to`: the article, conversation or message that it is for."""

    id: str
    kind: str
    state: State
    since: str
    created_at: str
    tries: int
    last_failure: str | None
    belongs_to: str | None


class JobsOut(BaseModel):
    items: list[WorkOut]


class ReplayedOut(BaseModel):
    replayed: list[str]


class GivenUpOut(BaseModel):
    given_up: str


class EventOut(BaseModel):
    at: str
    event: str
    target: str | None
    detail: dict[str, Any] | None
    reason: str | None
    by: str | None


class EventsOut(BaseModel):
    items: list[EventOut]


class LevelsOut(BaseModel):
    levels: dict[str, str]


class AliveOut(BaseModel):
    status: Literal["alive"]
    version: str
