"""What the web process looks at again and again: which keys hold, and whose session or token has ended."""

import asyncio
import itertools
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.chat.socket import CustomerLine
from bot.core import auth, clock, tokens
from bot.core.db import Database
from bot.core.socket import SIGNED_OUT, Line
from bot.core.staff_line import StaffLine

SESSIONS_SECONDS = 2.0
"""A line outlives the session or token that opened it by this at most, whichever process or command ended it."""
KEYS_EVERY = round(tokens.READ_AGAIN_SECONDS / SESSIONS_SECONDS)
log = logging.getLogger(__name__)


def make_keys(state: Any) -> None:
    """The keys as they are now, made where there are none."""
    with state.db.transaction() as session:
        _take_keys(state, session)


async def watch(state: Any) -> None:
    """Until it is cancelled."""
    for look in itertools.count(1):
        await asyncio.sleep(SESSIONS_SECONDS)
        await _close([line for line in _customers(state) if line.ends_at <= clock.now()])
        try:
            await _close_signed_out(state)
            if look % KEYS_EVERY == 0:
                await _renew_keys(state)
        except SQLAlchemyError as error:
            log.warning("sessions and keys could not be read", extra={"cause": type(error).__name__})


async def _close_signed_out(state: Any) -> None:
    lines = {line for line in state.sockets if isinstance(line, StaffLine)}
    if not lines:
        return
    running = await asyncio.to_thread(_running, state.db, {line.session_hash for line in lines})
    await _close([line for line in lines if line.session_hash not in running])


async def _renew_keys(state: Any) -> None:
    """Read the keys again. A key that is gone takes the lines with it that its tokens opened."""
    before = state.token_keys
    await asyncio.to_thread(_read_keys, state)
    if set(before.accepted) - set(state.token_keys.accepted):
        lines = _customers(state)
        await _close(await asyncio.to_thread(lambda: [one for one in lines if not one.is_open_to(state.token_keys)]))


def _customers(state: Any) -> list[CustomerLine]:
    return [line for line in state.sockets if isinstance(line, CustomerLine)]


async def _close(lines: Sequence[Line]) -> None:
    await asyncio.gather(*(line.close(SIGNED_OUT) for line in lines), return_exceptions=True)


def _running(db: Database, hashes: set[str]) -> set[str]:
    with db.snapshot() as session:
        return auth.still_running(session, hashes)


def _read_keys(state: Any) -> None:
    with state.db.snapshot() as session:
        _take_keys(state, session)


def _take_keys(state: Any, session: Session) -> None:
    state.token_keys = tokens.keyring(session, tokens.CUSTOMERS)
    state.browser_keys = tokens.keyring(session, tokens.BROWSERS)
