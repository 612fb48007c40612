"""Links of an article as the wire tells of them, and those whose end is here: our own pictures and pages."""

from collections.abc import Iterable
from typing import Any

from bot.core import sentences
from bot.core.db import Database
from bot.core.errors import NotFound
from bot.knowledge import images, links
from bot.knowledge.links import Verdict

IMAGES = "/images/"
NOT_OF_THE_WEB = ("mailto:", "tel:")


def known(db: Database, urls: Iterable[str]) -> dict[str, Verdict]:
    """What can be said of these without calling anybody: pictures are there or not, our pages and addresses are."""
    with db.snapshot() as session:
        return {url: verdict for url in urls if (verdict := _at_home(session, url)) is not None}


def as_wire(found: dict[str, Verdict], language: str) -> list[dict[str, Any]]:
    return [{"url": url, "state": verdict.state, **_why(verdict, language)} for url, verdict in found.items()]


def _at_home(session: Any, url: str) -> Verdict | None:
    if url.startswith(IMAGES):
        try:
            images.find(session, url.removeprefix(IMAGES))
        except NotFound:
            return Verdict("no_picture")
    at_home = url.startswith("/") and not url.startswith("//")
    return Verdict() if at_home or url.lower().startswith(NOT_OF_THE_WEB) else None


def _why(verdict: Verdict, language: str) -> dict[str, str]:
    if verdict.reason is None:
        return {}
    english = links.REASONS[verdict.reason]
    told = sentences.told(english, language) or english
    return {"reason": verdict.reason, "why": sentences.fill(told, {"status": verdict.status})}
