"""The wire shapes of the customer's calls."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot.chat import texts

Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return texts.check_storable(value) if isinstance(value, str) else value


class CustomerIn(Shape):
    name: Short | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    external_id: Short | None = None


class ConversationIn(Shape):
    channel: Annotated[str, StringConstraints(max_length=32)] = "web"
    language: Annotated[str, StringConstraints(max_length=16)] | None = None
    visitor_id: Short | None = None
    customer: CustomerIn | None = None
    identity_token: Annotated[str, StringConstraints(max_length=4096)] | None = None


class MessageIn(Shape):
    client_message_id: Annotated[str, StringConstraints(min_length=1, max_length=texts.CLIENT_ID_LENGTH)]
    text: str
    choice: Short | None = None
    attachment_ids: list[Short] | None = Field(None, max_length=10)


class FeedbackIn(Shape):
    helpful: bool
    reason: Annotated[str, StringConstraints(max_length=1000)] | None = None


class ConversationOut(BaseModel):
    conversation_id: str
    token: str
    expires_at: str
    messages: list[dict[str, Any]] = []


class TokenOut(BaseModel):
    token: str
    expires_at: str


class ReceiptOut(BaseModel):
    message_id: str
    seq: int
    client_message_id: str
    received_at: str
    notice: str


class MessagesOut(BaseModel):
    messages: list[dict[str, Any]]
    state: str
    ticket: dict[str, Any] | None = None
