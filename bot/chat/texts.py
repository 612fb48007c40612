"""What intake takes as a customer's message, by REST and by socket alike."""

from bot.core import errors
from bot.core.texts import check_storable, shows_something, trim

TEXT_LENGTH = 4_000
CLIENT_ID_LENGTH = 128
CHOICE_LENGTH = 200


def check_message(text: object) -> str:
    """A message's text, trimmed. Raises Invalid: 1 to 4,000 characters that can be stored, and one that can be seen."""
    if not isinstance(text, str):
        raise errors.Invalid("A message needs a text.", fields={"text": "not a string"})
    trimmed = trim(text)
    if len(trimmed) > TEXT_LENGTH:
        raise errors.Invalid(
            "A message has at most {most:,} characters; this one has {count:,}.",
            words={"most": TEXT_LENGTH, "count": len(trimmed)},
            fields={"text": "too long"},
        )
    _check(trimmed, "text")
    if not shows_something(trimmed):
        raise errors.Invalid("A message cannot be empty.", fields={"text": "empty"})
    return trimmed


def check_client_id(value: object) -> str:
    """A client's own message id: 1 to 128 storable characters. Raises Invalid."""
    return _check_id(value, "client_message_id", CLIENT_ID_LENGTH)


def check_choice(value: object) -> str | None:
    """The payload of a tapped choice, if there is one. Raises Invalid."""
    return None if value is None else _check_id(value, "choice", CHOICE_LENGTH)


def _check_id(value: object, field: str, most: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise errors.Invalid(
            "{field} is a string of 1 to {most} characters.",
            words={"field": field, "most": most},
            fields={field: "missing or too long"},
        )
    return _check(value, field)


def _check(text: str, field: str) -> str:
    try:
        return check_storable(text)
    except ValueError as error:
        raise errors.Invalid(
            "{field} holds a character that cannot be stored.", words={"field": field}, fields={field: str(error)}
        ) from error
