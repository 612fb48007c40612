"""What the web process looks at again and again: which keys hold, and whose session has ended."""

import asyncio
import itertools
import logging
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.core import auth, tokens
from bot.core.db import Database
from bot.desk import socket as desk_socket

SESSIONS_SECONDS = 2.0
"""A desk's line outlives its session by this at most, whichever process or command ended it."""
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
        try:
            await _close_ended(state)
            if look % KEYS_EVERY == 0:
                await asyncio.to_thread(_read_keys, state)
        except SQLAlchemyError as error:
            log.warning("sessions and keys could not be read", extra={"cause": type(error).__name__})


async def _close_ended(state: Any) -> None:
    lines = {line for line in state.sockets if isinstance(line, desk_socket.StaffLine)}
    if not lines:
        return
    running = await asyncio.to_thread(_running, state.db, {line.session_hash for line in lines})
    ended = [line for line in lines if line.session_hash not in running]
    await asyncio.gather(*(line.close(desk_socket.SIGNED_OUT) for line in ended), return_exceptions=True)


def _running(db: Database, hashes: set[str]) -> set[str]:
    with db.snapshot() as session:
        return auth.still_running(session, hashes)


def _read_keys(state: Any) -> None:
    with state.db.snapshot() as session:
        _take_keys(state, session)


def _take_keys(state: Any, session: Session) -> None:
    state.token_keys = tokens.keyring(session, tokens.CUSTOMERS)
    state.browser_keys = tokens.keyring(session, tokens.BROWSERS)
