"""How much each part logs, changed while it runs: a row in the database, carried to every process within seconds.

Web and worker processes read the row themselves. Knowledge, actions and Rasa have no database: each look tells them
again, so that one that was restarted hears it too. No level makes anybody write a customer's words.
"""

import asyncio
import contextlib
import logging

import aiohttp
from sqlalchemy.orm import Session

from bot.core import clock, errors, log
from bot.core.auth import Staff
from bot.core.settings import Settings
from bot.operations import work
from bot.operations.models import Did, LogLevel

LEVELS = ("debug", "info", "warning", "error")
PARTS = ("web", "worker", "knowledge", "actions", "rasa")
TELL_SECONDS = 1.0
logger = logging.getLogger(__name__)


def do_set(session: Session, *, level: str, part: str | None, by: Staff | None) -> list[str]:
    """From now on `part`, or every part, logs from `level` on; the parts it holds for. Raises Invalid."""
    if level not in LEVELS or part not in (None, *PARTS):
        raise errors.Invalid(
            "Levels are {levels}; parts are {parts}.", words={"levels": ", ".join(LEVELS), "parts": ", ".join(PARTS)}
        )
    chosen = [part] if part else [*PARTS]
    for name in chosen:
        session.merge(LogLevel(part=name, level=level, set_at=clock.now()))
        work.do_record(session, Did.SET_LOG_LEVEL, name, level, by=by)
    return chosen


def apply(levels: dict[str, str], *, part: str) -> None:
    """Take this process's own level."""
    wanted = levels.get(part)
    if wanted is not None and wanted != log.level():
        log.set_level(wanted)
        logger.info("log level set", extra={"to": wanted})


async def tell_others(levels: dict[str, str], settings: Settings) -> None:
    """Tell the parts without a database; one that is away hears it at the next look."""
    addresses = {"knowledge": [settings.knowledge_url]}
    if settings.engine == "rasa":
        addresses |= {"actions": [settings.actions_url], "rasa": settings.rasa_url.split(",")}
    wanted = {url.strip(): levels[name] for name, urls in addresses.items() if name in levels for url in urls}
    if not wanted:
        return
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TELL_SECONDS)) as client:
        await asyncio.gather(*(_tell(client, url, level) for url, level in wanted.items()))


async def _tell(client: aiohttp.ClientSession, url: str, level: str) -> None:
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with client.put(f"{url}/log-level", json={"level": level}):
            pass
