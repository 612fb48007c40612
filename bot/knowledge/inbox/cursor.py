"""A place in a list, opaque to whoever hands it back."""

import base64
import binascii
from datetime import datetime

import orjson

from bot.core import errors

Part = str | int | datetime


def pack(*parts: Part) -> str:
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in parts]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def read(cursor: str, *kinds: type[Part]) -> list[Part]:
    """The parts again. Raises Invalid for what `pack` did not make of parts of these kinds."""
    try:
        plain = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_read(kind, part) for kind, part in zip(kinds, plain, strict=True)]
    except (binascii.Error, ValueError, TypeError) as error:
        raise errors.Invalid("This cursor is not one of ours.", fields={"after": "unknown"}) from error


def _read(kind: type[Part], part: object) -> Part:
    if kind is datetime:
        moment = datetime.fromisoformat(str(part))
        if moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        return moment
    if type(part) is not kind or (kind is int and not -(2**31) <= part < 2**31):  # type: ignore[operator]
        raise ValueError("another kind of thing")
    return part  # type: ignore[return-value]
