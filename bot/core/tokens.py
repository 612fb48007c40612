"""Signed tokens and their keys: what opens a conversation, what tells a known browser, what a host app vouches for.

Every purpose has keys of its own, in the database, so that all processes and a restored backup agree. A new key is
accepted at once and signs a little later, when every process has read it; the one before stays accepted for a while.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options
from sqlalchemy import String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.core import clock, errors
from bot.core.tables import Base, insert_if_absent, new_id

ALGORITHM = "HS256"
CUSTOMERS = "conversation_tokens"
BROWSERS = "known_browsers"
ENDED = "This token is not valid, or no longer."
READ_AGAIN_SECONDS = 30
SETTLE_SECONDS = 4 * READ_AGAIN_SECONDS
"""How old a key is before it signs: by then every process accepts it."""


class Key(Base):
    """A secret of the installation. The first of a purpose bears its name, each later one a name that sorts after."""

    __tablename__ = "keys"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(128))
    made_at: Mapped[datetime | None]


@dataclass(frozen=True, repr=False)
class Keyring:
    """`signing` makes tokens; each of `accepted` opens them, the newest first."""

    signing: str
    accepted: tuple[str, ...]


@dataclass(frozen=True)
class Claims:
    """For whom a token of ours was issued, and when it ends."""

    subject: str
    ends_at: datetime


def keyring(session: Session, purpose: str) -> Keyring:
    """The keys of `purpose`; the first is made on first use, so call it in a writing transaction."""
    keys = _keys(session, purpose)
    if not keys:
        _do_make(session, purpose, made_at=None)
        keys = _keys(session, purpose)
    return Keyring(_signing(keys).value, tuple(key.value for key in reversed(keys)))


def do_rotate(session: Session, purpose: str, *, days: int, at_once: bool = False) -> int:
    """Make a new key; how many are accepted now.

    A key goes when the one after it has signed for `days`, the life of a token. `at_once`, for a key that leaked:
    the old ones go now, and with them every token that they signed.
    """
    keys = _keys(session, purpose)
    kept = [] if at_once else keys[_first_needed(keys, clock.now() - timedelta(days=days, seconds=SETTLE_SECONDS)) :]
    gone = [key.name for key in keys if key not in kept]
    session.execute(delete(Key).where(Key.name.in_(gone)))
    _do_make(session, f"{purpose}.{new_id()}", made_at=clock.now())
    return len(kept) + 1


def issue(keys: Keyring, subject: str, *, days: int) -> tuple[str, datetime]:
    """A token for `subject`, and when it ends."""
    expires = clock.now() + timedelta(days=days)
    return jwt.encode({"sub": subject, "exp": expires}, keys.signing, ALGORITHM), expires


def claims_of(keys: Keyring, token: str) -> Claims:
    """What `token` says. Raises Unauthenticated when it is forged, expired or not a token."""
    cause: Exception | None = None
    for key in keys.accepted:
        try:
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], options={"require": ["sub", "exp"], "verify_aud": False}
            )
            return Claims(str(claims["sub"]), datetime.fromtimestamp(int(claims["exp"]), UTC))
        except (jwt.PyJWTError, ValueError, UnicodeError) as error:
            cause = error
    raise errors.Unauthenticated(ENDED) from cause


def subject_of(keys: Keyring, token: str) -> str:
    """As `claims_of`: for whom `token` was issued."""
    return claims_of(keys, token).subject


def identity_of(token: str, *, secret: str, audience: str) -> dict[str, Any]:
    """The claims that a host app signed, whatever they hold: their shapes are the caller's to check. Raises
    Unauthenticated."""
    options: Options = {"require": ["sub", "exp", "aud"], "verify_sub": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=[ALGORITHM], audience=audience, options=options)
    except (jwt.PyJWTError, ValueError, UnicodeError) as error:
        raise errors.Unauthenticated("This identity token is not valid.") from error
    return claims


def _keys(session: Session, purpose: str) -> list[Key]:
    """The oldest first."""
    of_purpose = or_(Key.name == purpose, Key.name.startswith(f"{purpose}.", autoescape=True))
    return list(session.scalars(select(Key).where(of_purpose).order_by(Key.name)))


def _do_make(session: Session, name: str, *, made_at: datetime | None) -> None:
    insert_if_absent(session, Key, {"name": name, "value": secrets.token_hex(32), "made_at": made_at})


def _signing(keys: list[Key]) -> Key:
    """The newest that every process has read; where there is none such, the oldest, which they read first."""
    settled = clock.now() - timedelta(seconds=SETTLE_SECONDS)
    return next((key for key in reversed(keys) if _signs_since(key, settled)), keys[0])


def _signs_since(key: Key, moment: datetime) -> bool:
    return key.made_at is None or key.made_at <= moment


def _first_needed(keys: list[Key], moment: datetime) -> int:
    """The place of the newest key that was made before `moment`: tokens of those before it have all ended."""
    return max((place for place, key in enumerate(keys) if _signs_since(key, moment)), default=0)
