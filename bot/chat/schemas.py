"""The wire shapes of the customer's calls."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema

from bot.chat import texts
from bot.chat.models import Author, Kind
from bot.core.shapes import Shape, Shown, Storable, Trimmed

Short = Annotated[str, StringConstraints(min_length=1, max_length=200), Storable]
State = Literal["bot", "queue", "agent", "closed"]


class CustomerIn(Shape):
    name: Annotated[str, Trimmed, StringConstraints(max_length=200)] | None = None
    email: Annotated[str, Trimmed, StringConstraints(max_length=254)] | None = None
    phone: Annotated[str, Trimmed, StringConstraints(max_length=40)] | None = None
    external_id: Short | None = None


class ConversationIn(Shape):
    channel: Annotated[str, StringConstraints(max_length=32)] = "web"
    language: Annotated[str, StringConstraints(max_length=16)] | None = None
    visitor_id: Short | None = None
    customer: CustomerIn | None = None
    identity_token: Annotated[str, StringConstraints(max_length=4096)] | None = None


class Vouched(Shape):
    """What a host app may say of a customer."""

    name: Annotated[str, Trimmed, StringConstraints(max_length=200)] | None = None
    email: Annotated[str, Trimmed, StringConstraints(max_length=254)] | None = None
    phone: Annotated[str, Trimmed, StringConstraints(max_length=40)] | None = None
    tier: Annotated[str, Trimmed, StringConstraints(max_length=40)] | None = None
    account: Annotated[str, Trimmed, StringConstraints(max_length=120)] | None = None


class Identity(Vouched):
    """The claims of an identity token that we read; its others are the host's affair."""

    sub: Annotated[str, StringConstraints(min_length=1, max_length=255), Storable, Shown]


class MessageIn(Shape):
    """`text`: 1 to 4,000 characters after trimming, of which one can be seen."""

    client_message_id: Annotated[str, StringConstraints(min_length=1, max_length=texts.CLIENT_ID_LENGTH)]
    text: Annotated[str, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": texts.TEXT_LENGTH})]
    choice: Annotated[str, StringConstraints(min_length=1, max_length=texts.CHOICE_LENGTH)] | None = None
    attachment_ids: list[Short] | None = Field(None, max_length=10)


class FeedbackIn(Shape):
    helpful: bool
    reason: Annotated[str, Trimmed, StringConstraints(max_length=1000)] | None = None


class ConversationOut(BaseModel):
    conversation_id: str
    token: str
    expires_at: str
    messages: list[Any] = Field(default=[], max_length=0)


class TokenOut(BaseModel):
    token: str
    expires_at: str


class ReceiptOut(BaseModel):
    message_id: str
    seq: int
    client_message_id: str
    received_at: str
    notice: str


class ChoiceOut(BaseModel):
    title: str
    payload: str


class MessageOut(BaseModel):
    """One entry of the thread. What does not apply is left out.

    `rich`: of an answer with marks, its nodes, each a text or `{tag, href?, src?, alt?, start?, children}`; `text`
    says the same without them.
    """

    seq: int
    message_id: str
    author: Author
    kind: Kind
    text: str
    at: str
    choices: list[ChoiceOut] | None = None
    article_id: str | None = None
    article_question: str | None = None
    in_reply_to: str | None = None
    client_message_id: str | None = None
    author_name: str | None = None
    rich: list[Any] | None = None


class BriefTicketOut(BaseModel):
    """`due_at`: what is owed next; null once it is solved."""

    number: int
    status: str
    due_at: str | None


class ThreadOut(BaseModel):
    messages: list[MessageOut]
    state: State
    ticket: BriefTicketOut | None = None


class StepOut(BaseModel):
    at: str
    event: str
    text: str


class TicketOut(BriefTicketOut):
    """A ticket as its customer sees it."""

    team: str
    next_step: str
    timeline: list[StepOut]
