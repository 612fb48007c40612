"""The wire shapes of the agents' calls."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, field_validator

from bot.chat.schemas import MessageOut, State
from bot.core.shapes import Cursor, Key, Line, Query, Seq, Shape, Shown, Storable, Trimmed, Words
from bot.desk.models import Status


class SeenIn(Shape):
    """`based_on_seq`: the last of the customer's messages that was read; without it nothing is checked."""

    based_on_seq: Seq | None = None


class ReplyIn(Shape):
    text: Words
    based_on_seq: Seq
    client_message_id: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class DraftIn(Shape):
    text: Words


class DoubtOut(BaseModel):
    """Words of a draft that had better not be sent, by place. `kind`: `hurtful` or `overpromise`."""

    kind: str
    words: str
    start: int
    end: int


class DoubtsOut(BaseModel):
    items: list[DoubtOut]


class NoteIn(Shape):
    text: Words


class TransferIn(Shape):
    team: Key
    reason: Line


class WaitIn(Shape):
    reason: Line
    until: AwareDatetime | None = None


class ResolveIn(SeenIn):
    summary: Words
    cause: Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=200), Storable, Shown] | None = None


class ReopenIn(Shape):
    reason: Line


class ListIn(Shape):
    """The list's filters. `status` may name several, separated by commas."""

    status: Query = ""
    team: Key | None = None
    mine: bool = False
    q: Query | None = None
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=200)

    @field_validator("mine", mode="before")
    @classmethod
    def _empty_is_no(cls, value: Any) -> Any:
        return False if value == "" else value

    @field_validator("team", mode="before")
    @classmethod
    def _empty_is_all(cls, value: Any) -> Any:
        return value or None

    @field_validator("status")
    @classmethod
    def _known(cls, value: str) -> str:
        unknown = [name for name in value.split(",") if name.strip() and name.strip() not in list(Status)]
        if unknown:
            raise ValueError(f"statuses are {', '.join(Status)}")
        return value

    @property
    def statuses(self) -> list[Status]:
        return [Status(name.strip()) for name in self.status.split(",") if name.strip()]


class ReasonOut(BaseModel):
    """Why a ticket has its priority: a rule, and the customer's words behind it."""

    rule: str
    words: list[str]
    text: dict[str, str]
    points: int | None = None
    level: str | None = None


class HolderOut(BaseModel):
    id: str
    name: str


class PersonOut(BaseModel):
    id: str
    name: str
    email: str | None
    phone: str | None
    tier: str | None


class TicketOut(BaseModel):
    number: int
    request_type: str
    status: Status
    priority: str
    priority_reasons: list[ReasonOut]
    reason: str
    team: str
    holder: HolderOut | None
    customer: PersonOut
    conversation_id: str
    channel: str
    language: str
    summary: str
    topic: str | None
    signals: list[str]
    created_at: str
    first_response_due: str
    resolution_due: str
    first_response_at: str | None
    resolved_at: str | None
    waiting_until: str | None
    breached: list[str]
    solution: str | None
    cause: str | None
    version: int


class EventOut(BaseModel):
    """`seq`: the message of the thread that shows the same."""

    at: str
    event: str
    text: str
    detail: dict[str, Any]
    seq: int | None = None
    author: str | None = None


class CardOut(TicketOut):
    messages: list[MessageOut]
    events: list[EventOut]
    conversation_state: State
    last_customer_seq: int


class SaidOut(BaseModel):
    message: MessageOut
    ticket: TicketOut


class TicketsOut(BaseModel):
    items: list[TicketOut]
    next: str | None = None


class NamedOut(BaseModel):
    """A key of the policy, with its name in every reply language."""

    key: str
    names: dict[str, str]


class TeamsOut(BaseModel):
    items: list[NamedOut]
    departments: list[NamedOut]


class FollowIn(Shape):
    article_id: Annotated[str, StringConstraints(min_length=1, max_length=120), Storable]


class TickIn(Shape):
    done: bool


class TickedByOut(BaseModel):
    id: str
    name: str


class TicketStepOut(BaseModel):
    """`due_at`: of the step that comes next, where it has a time limit."""

    text: str
    team: str | None = None
    minutes: int | None = None
    sentence: str | None = None
    done_at: str | None = None
    done_by: TickedByOut | None = None
    due_at: str | None = None


class ProcedureOut(BaseModel):
    article_id: str
    question: str
    at: str
    steps: list[TicketStepOut]


class SuggestedOut(BaseModel):
    article_id: str
    question: str


class ProceduresOut(BaseModel):
    """`suggested`: procedures that fit the ticket and are not followed yet; asked for by GET alone."""

    items: list[ProcedureOut]
    suggested: list[SuggestedOut]
