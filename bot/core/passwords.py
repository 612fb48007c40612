"""Hashes of staff passwords: argon2id, made and compared on a thread of their own.

19 MiB, two passes, one lane: the least that OWASP's password storage cheat sheet names for argon2id. One comparison
takes about 35 ms of a processor, so they wait for each other instead of for the threads that serve everybody else.
Stronger parameters are set here alone; an older hash is made anew when its owner next signs in.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.core import errors

MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
SHORTEST = 10
LONGEST = 1024
MOST_WAITING = 40
ONE_TIME_BYTES = 12
_argon2 = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
T = TypeVar("T")


class Passwords:
    """The thread, and how many wait for it. Methods raise Unavailable when too many do."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._waiting = 0
        self._thread.submit(_nobodys)

    async def match(self, stored: str | None, given: str) -> bool:
        """Whether `given` is the password of the hash; as long for no hash at all, and then False."""
        return await self._queued(lambda: matches(stored, given))

    async def hashed(self, password: str) -> str:
        return await self._queued(lambda: hashed(password))

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    async def _queued(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise errors.Unavailable("Too many people sign in at once. Please try again shortly.", retry_after=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1


def check_new(password: str) -> str:
    """`password`, if it may become one. Raises Invalid."""
    if not SHORTEST <= len(password) <= LONGEST:
        words = {"least": SHORTEST, "most": LONGEST}
        raise errors.Invalid("A password has {least} to {most} characters.", words=words, fields={"password": "length"})
    try:
        password.encode()
    except UnicodeEncodeError:
        raise errors.Invalid("A password is text.", fields={"password": "not text"}) from None
    return password


def one_time() -> str:
    return secrets.token_urlsafe(ONE_TIME_BYTES)


def hashed(password: str) -> str:
    """Takes a while: for commands. The web process asks `Passwords`."""
    return _argon2.hash(password)


def matches(stored: str | None, given: str) -> bool:
    """As `Passwords.match`, on this very thread."""
    try:
        return _argon2.verify(stored or _nobodys(), given) and stored is not None
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _argon2.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    """The hash that an unknown account is compared with."""
    return _argon2.hash(secrets.token_hex(16))
