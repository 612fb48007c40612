"""The wire shapes of correcting, and of deciding on corrections."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from bot.core import clock
from bot.core.shapes import LARGEST_INTEGER, Key, Line, Seq, Shape
from bot.learning.models import Correction, State, Training
from bot.policy.shapes import RequestType

Version = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]


class CorrectIn(Shape):
    """What the customer really wanted. A field that is left out stays as it is; `topic: null` takes the topic away.

    `seq`: the message that was misunderstood, by default the one that the ticket began with.
    """

    request_type: RequestType | None = None
    topic: Key | None = None
    intent: Key | None = None
    seq: Seq | None = None


class DecisionIn(Shape):
    """`version`: of the correction as it was read."""

    version: Version


class AcceptIn(DecisionIn):
    intent: Key
    example: Line


class CorrectionOut(BaseModel):
    """`said` is without private numbers. `understood`: the bot's intent, `proposed`: the agent's; each may be none."""

    id: str
    version: int
    state: State
    language: str
    said: str
    understood: str | None
    confidence: float | None
    proposed: str | None
    request_type: str
    topic: str | None
    ticket: int
    corrected_by: str
    corrected_at: str
    intent: str | None
    example: str | None
    decided_by: str | None
    decided_at: str | None
    exported_at: str | None


class CountsOut(BaseModel):
    open: int
    accepted: int
    rejected: int
    to_export: int


class CorrectionsOut(BaseModel):
    items: list[CorrectionOut]
    counts: CountsOut
    next: str | None = None


class IntentsOut(BaseModel):
    items: list[str]


class TrainingOut(BaseModel):
    """`figures`: by held set, then `before` and `after`, then by measure."""

    at: str
    model_before: str | None
    model_after: str
    examples: int
    figures: dict[str, Any]


class LastTrainingOut(BaseModel):
    training: TrainingOut | None


def correction_out(row: Correction, number: int) -> dict[str, Any]:
    same = ("id", "version", "state", "language", "said", "understood", "confidence", "proposed", "request_type")
    return {
        **{name: getattr(row, name) for name in (*same, "topic", "intent", "example")},
        "ticket": number,
        "corrected_by": row.corrector.name,
        "corrected_at": clock.iso(row.corrected_at),
        "decided_by": row.decider.name if row.decider else None,
        "decided_at": clock.iso(row.decided_at) if row.decided_at else None,
        "exported_at": clock.iso(row.exported_at) if row.exported_at else None,
    }


def training_out(row: Training) -> dict[str, Any]:
    same = ("model_before", "model_after", "examples", "figures")
    return {"at": clock.iso(row.at), **{name: getattr(row, name) for name in same}}
