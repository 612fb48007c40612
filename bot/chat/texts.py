"""What may be stored: the databases refuse NUL and lone surrogates, so intake refuses them first, in words."""

from bot.core import errors

TEXT_LENGTH = 4_000
CLIENT_ID_LENGTH = 128


def check_storable(text: str) -> str:
    """`text` itself. Raises ValueError when it cannot be stored."""
    if "\x00" in text:
        raise ValueError("a NUL character cannot be stored")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair cannot be stored") from None
    return text


def check_message(text: object) -> str:
    """A message's text, trimmed. Raises Invalid: 1 to 4,000 characters that can be stored."""
    if not isinstance(text, str):
        raise errors.Invalid("A message needs a text.", fields={"text": "not a string"})
    trimmed = text.strip()
    if not trimmed:
        raise errors.Invalid("A message cannot be empty.", fields={"text": "empty"})
    if len(trimmed) > TEXT_LENGTH:
        raise errors.Invalid(
            f"A message has at most {TEXT_LENGTH:,} characters; this one has {len(trimmed):,}.",
            fields={"text": "too long"},
        )
    try:
        return check_storable(trimmed)
    except ValueError as error:
        raise errors.Invalid(f"This text cannot be taken: {error}.", fields={"text": str(error)}) from error


def check_client_id(value: object) -> str:
    """A client's own message id: 1 to 128 storable characters. Raises Invalid."""
    if not isinstance(value, str) or not 1 <= len(value) <= CLIENT_ID_LENGTH:
        raise errors.Invalid(
            f"client_message_id is a string of 1 to {CLIENT_ID_LENGTH} characters.",
            fields={"client_message_id": "missing or too long"},
        )
    try:
        return check_storable(value)
    except ValueError as error:
        raise errors.Invalid(f"client_message_id: {error}.", fields={"client_message_id": str(error)}) from error
